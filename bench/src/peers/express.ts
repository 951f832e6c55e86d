/** A whole gateway of known parts: express, express-oauth2-jwt-bearer with DPoP required, and the yardstick's own proxy. */

import express from 'express'
import { auth } from 'express-oauth2-jwt-bearer'
import { createServer } from 'node:http'
import { serveParent } from '../child.ts'
import { createForward } from '../forward.ts'
import { listen } from '../listen.ts'
import type { ServerInput } from './input.ts'

serveParent((input) => {
  const { backendPort, credential } = input as ServerInput
  const app = express()
  app.disable('x-powered-by')
  app.use(
    auth({
      issuer: credential.issuer,
      audience: credential.audience,
      publicKey: credential.issuerKey,
      tokenSigningAlg: 'ES256',
      strict: true,
      dpop: { enabled: true, required: true },
    }),
  )
  app.use(createForward(backendPort))
  app.use((error, _request, response, _next) => {
    response.writeHead(error.status ?? 500).end()
  })
  return listen(createServer(app))
})
