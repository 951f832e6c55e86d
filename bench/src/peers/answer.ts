/** node:http or node:https with one answer of 1 KiB and nothing else: what TLS costs on connections that stay. */

import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { serveParent } from '../child.ts'
import { exchangedBytes } from '../exchange.ts'
import { listen } from '../listen.ts'
import type { AnswerInput } from './input.ts'

const body = Buffer.alloc(exchangedBytes, 'x')
const answer: RequestListener = (request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length })
  response.end(body)
}

serveParent((input) => {
  const { tls } = input as AnswerInput
  return listen(tls === null ? createServer(answer) : createTlsServer(tls, answer))
})
