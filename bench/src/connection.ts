/** One keep-alive HTTP/1.1 connection of the load process, on a bare socket so that the load is hardly ever the bottleneck. */

import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Answer, ClientTls } from './target.ts'

/** What the certificates of the bench's servers are for. */
export const serverName = 'api.bank.example'

export interface ConnectionEvents {
  onOpen(): void
  /** Called once for each request sent; one request is under way at a time. */
  onAnswer(answer: Answer): void
  onLost(reason: string): void
}

export interface Connection {
  send(request: string | Uint8Array): void
  close(): void
}

export function openConnection(port: number, events: ConnectionEvents, tls?: ClientTls): Connection {
  let pending = ''
  let closed = false
  const options = {
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: { buffer: Buffer.allocUnsafe(65_536), callback: receive },
  }
  const socket: Socket =
    tls === undefined ? connect(options) : connectTls({ ...options, ...tls, servername: serverName })
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => events.onOpen())
  socket.once('error', (error) => lose(error.message))
  socket.once('close', () => lose('connection closed'))

  function receive(length: number, buffer: Uint8Array): boolean {
    const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1')
    pending = pending === '' ? chunk : pending + chunk
    if (isComplete(pending)) {
      const text = pending
      pending = ''
      events.onAnswer({ status: Number(text.slice(9, 12)), text })
    }
    return true
  }

  function lose(reason: string): void {
    if (closed) return
    closed = true
    events.onLost(reason)
  }

  return {
    send: (request) => void socket.write(request),
    close() {
      closed = true
      socket.destroy()
    },
  }
}

/** One request on a connection of its own. */
export function askOnce(port: number, request: string | Uint8Array, tls?: ClientTls): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const events = {
      onOpen: () => connection.send(request),
      onAnswer(answer: Answer) {
        connection.close()
        resolve(answer)
      },
      onLost: (reason: string) => reject(new Error(reason)),
    }
    const connection = openConnection(port, events, tls)
  })
}

/** Of an answer. */
export function bodyOf({ text }: Answer): Buffer {
  return Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1')
}

/** Enough for the answers the bench expects: a length, or chunks whose last one is empty. */
function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const head = text.slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return text.length >= end + 4 + Number(length)
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? text.endsWith('\r\n0\r\n\r\n') : true
}
