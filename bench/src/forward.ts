/**
 * The yardstick's proxy: undici's dispatch with a raw handler, the fastest way through Node that was measured.
 * It drops hop-by-hop fields (RFC 9110 section 7.6.1) in both directions and streams the answer; it checks nothing.
 * The express peer forwards by the same function, so its figure is not that of a slower proxy library.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Pool } from 'undici'
import type { Dispatcher } from 'undici'

export type Forward = (request: IncomingMessage, response: ServerResponse) => void

const hopByHop = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function createForward(backendPort: number): Forward {
  const pool = new Pool(`http://127.0.0.1:${backendPort}`, { connections: 64 })
  return (request, response) => {
    const method = request.method ?? 'GET'
    const withBody = method !== 'GET' && method !== 'HEAD'
    pool.dispatch(
      {
        path: request.url ?? '/',
        method,
        headers: endToEnd(request.rawHeaders),
        body: withBody ? request : null,
      },
      answerInto(response),
    )
  }
}

function answerInto(response: ServerResponse): Dispatcher.DispatchHandler {
  let goOn = (): void => undefined
  return {
    onConnect: () => undefined,
    onHeaders(status, headers, resume) {
      goOn = resume
      response.writeHead(status, endToEnd(headers.map((field) => field.toString('latin1'))))
      return true
    },
    onData(chunk) {
      if (response.write(chunk)) return true
      response.once('drain', goOn)
      return false
    },
    onComplete: () => void response.end(),
    onError(error) {
      if (response.headersSent) response.destroy(error)
      else response.writeHead(502, { 'content-length': 0 }).end()
    },
  }
}

function endToEnd(fields: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string
    if (!hopByHop.has(name.toLowerCase())) kept.push(name, fields[index + 1] as string)
  }
  return kept
}
