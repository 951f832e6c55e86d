/** A whole gateway of known parts: fastify, @fastify/reply-from, and oauth4webapi's DPoP validation of token and proof. */

import replyFrom from '@fastify/reply-from'
import { fastify } from 'fastify'
import { serveParent } from '../child.ts'
import { listen } from '../listen.ts'
import { createValidation } from '../validation.ts'
import type { ServerInput } from './input.ts'

serveParent(async (input) => {
  const { backendPort, credential } = input as ServerInput
  const validate = createValidation(credential)
  const app = fastify()
  await app.register(replyFrom, {
    base: `http://127.0.0.1:${backendPort}`,
    undici: { connections: 64, pipelining: 1 },
  })
  app.addHook('onRequest', async (request, reply) => {
    const headers = {
      authorization: request.headers.authorization ?? '',
      dpop: String(request.headers['dpop']),
    }
    try {
      await validate(request.method, `http://${request.host}${request.url}`, headers)
    } catch {
      await reply.code(401).send()
    }
  })
  app.all('/*', (_request, reply) => reply.from())
  await app.ready()
  return listen(app.server)
})
