/** Bare proxy plus one P-256 verification and nothing else: what the computed floor looks like when it really runs. */

import { createServer } from 'node:http'
import { serveParent } from '../child.ts'
import { createForward } from '../forward.ts'
import { listen } from '../listen.ts'
import { createVerify } from '../verify.ts'
import type { ServerInput } from './input.ts'

serveParent((input) => {
  const forward = createForward((input as ServerInput).backendPort)
  const verify = createVerify()
  const server = createServer((request, response) => {
    if (verify()) forward(request, response)
    else response.writeHead(500).end()
  })
  return listen(server)
})
