/** The network on node:http and node:https: they send the fields they are given and none of their own but framing. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { problemField } from '@holdfast/core'
import type { Network, NetworkAnswer, NetworkRequest } from '../../ports.ts'
import { CheckedAgent, type TlsOptions, type Wanted } from './tls.ts'

function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  // Kept for the reader, who may come later.
  message.on('error', () => undefined)
  const chunks = message[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const chunk = await chunks.next()
      if (chunk.done === true) controller.close()
      else controller.enqueue(new Uint8Array(chunk.value))
    },
    cancel(): void {
      message.destroy()
    },
  })
}

/**
 * Connections are kept and used again. Redirects are answers like others; nothing is decoded. `https:` is TLS 1.3 with the
 * server's name and chain checked, and its key if the request has pins (tls.ts).
 */
export function createNetwork(tls: TlsOptions = {}): Network {
  const agent = new CheckedAgent(tls)
  return (request) => {
    const secure = request.url.startsWith('https:')
    if (!secure && (request.pins !== undefined || request.identity !== undefined))
      return Promise.reject(new TypeError('pins and certificates need https'))
    return send(request, secure ? agent : null)
  }
}

function start(request: NetworkRequest, agent: CheckedAgent | null, connecting: AbortSignal): ClientRequest {
  const { method, url, fields, body, signal, pins, identity } = request
  const headers = Object.fromEntries(fields)
  const framing =
    method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? {} : { 'content-length': body.length }
  const options = {
    method,
    headers: { ...headers, ...framing },
    ...(signal === undefined ? {} : { signal }),
  }
  if (agent === null) return httpRequest(url, options)
  const wanted: Wanted = {
    connecting,
    ...(pins === undefined ? {} : { pins }),
    ...(identity === undefined ? {} : { identity }),
  }
  return httpsRequest(url, { ...options, ...wanted, agent })
}

function send(request: NetworkRequest, agent: CheckedAgent | null): Promise<NetworkAnswer> {
  const { body, timeoutMs, timeoutCovers, signal } = request
  return new Promise((resolve, reject) => {
    const late = new AbortController()
    const connecting = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal])
    const outgoing = start(request, agent, connecting)
    const timer = setTimeout(() => {
      const error = new Error('no answer in time')
      outgoing.destroy(error)
      late.abort(error)
    }, timeoutMs)
    const stop = (): void => clearTimeout(timer)
    // Stays: a connection may break after the head as well, and the reader of the body is told by the body.
    outgoing.on('error', (error) => {
      stop()
      reject(error)
    })
    outgoing.once('close', stop)
    outgoing.once('response', (message) => {
      if (timeoutCovers === 'head' && message.headers[problemField] === undefined) stop()
      resolve({ status: message.statusCode as number, rawFields: message.rawHeaders, body: bodyOf(message) })
    })
    outgoing.end(body)
  })
}

/** Without a private CA and without client certificates. */
export const nodeNetwork: Network = createNetwork()
