/** The network on node:http and node:https: they send the fields they are given and none of their own but framing. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { problemField } from '@holdfast/core'
import type { NetworkAnswer, NetworkRequest } from '../../ports.ts'

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

/** Connections are kept and used again. Redirects are answers like others; nothing is decoded. */
export function nodeNetwork(request: NetworkRequest): Promise<NetworkAnswer> {
  const { method, url, fields, body, timeoutMs, timeoutCovers, signal } = request
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  const headers = Object.fromEntries(fields)
  const framing =
    method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? {} : { 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers, ...framing },
      ...(signal === undefined ? {} : { signal }),
    }
    const outgoing = send(url, options)
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), timeoutMs)
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
