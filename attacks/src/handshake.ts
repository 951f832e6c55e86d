/** Whether a TLS server takes a connection on these terms, and answers on it. */
import { type ConnectionOptions, connect } from 'node:tls'
import type { Address } from './raw.ts'

const patienceMs = 5000

/** The request is no good one: any answer is one too many for a connection that should not be. */
export function greets({ host, port }: Address, terms: ConnectionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ...terms })
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(patienceMs, () => end(false))
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
    socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
    socket.on('data', () => end(true))
  })
}
