/** Bare proxy plus one P-256 verification and one sealed exchange of fixed octets: what the computed floor of sealed rows looks like when it really runs. */

import { createServer } from 'node:http'
import { exchange } from '../both-ways.ts'
import { serveParent } from '../child.ts'
import { createForward } from '../forward.ts'
import { listen } from '../listen.ts'
import { createVerify } from '../verify.ts'
import type { ServerInput } from './input.ts'

serveParent(async (input) => {
  const forward = createForward((input as ServerInput).backendPort)
  const verify = createVerify()
  const once = await exchange()
  const server = createServer((request, response) => {
    once()
    if (verify()) forward(request, response)
    else response.writeHead(500).end()
  })
  return listen(server)
})
