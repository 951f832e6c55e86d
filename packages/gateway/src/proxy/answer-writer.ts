/** Writes answers that are complete: Holdfast's own, and those kept for repetition. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { KeptAnswer, OwnAnswer } from '@holdfast/server'

export type WriteOptions = {
  /** Ends the connection after this answer. */
  readonly close: boolean
}

const lingerMs = 1_000

/** Only when no head was written yet. Does nothing when the client has left or its connection was answered otherwise. */
export function writeAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  answer: OwnAnswer | KeptAnswer,
  options: WriteOptions,
): void {
  if (response.destroyed || !message.socket.writable) return
  const list: string[] = []
  // What answers HEAD may say how long the answer to GET would be.
  let stated = false
  for (const [name, value] of answer.fields) {
    if (name !== 'content-length' || message.method === 'HEAD') list.push(name, value)
    if (name === 'content-length') stated = message.method === 'HEAD'
  }
  // RFC 9110 section 8.6: none with 204, and with 304 it would be the length of another answer.
  if (answer.status !== 204 && answer.status !== 304 && !stated)
    list.push('content-length', String(answer.body.length))
  if (options.close) response.shouldKeepAlive = false
  response.writeHead(answer.status, list)
  if (options.close && !message.complete) linger(message, response, answer.body)
  else response.end(answer.body)
}

/**
 * Closing a connection with unread octets resets it, and the reset can overtake the answer. So the rest of the request is
 * read and thrown away for a moment before the connection ends.
 */
function linger(message: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
  response.write(body)
  const end = (): void => {
    clearTimeout(timer)
    if (!response.destroyed) response.end()
  }
  const timer = setTimeout(end, lingerMs)
  message.once('end', end).once('close', end).resume()
}

/** The same answer as octets, for connections on which no request could be read. The connection has to end after it. */
export function rawAnswer(answer: OwnAnswer): Uint8Array {
  const fields = answer.fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head =
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? 'Refused'}\r\n${fields}` +
    `content-length: ${answer.body.length}\r\nconnection: close\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), answer.body])
}
