/** A wire with an ear on it: it keeps every octet that passes, in either direction. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Tap = {
  readonly port: number
  /** Where what comes in goes on to; nothing passes before it is set. */
  lead(port: number): void
  heard(): Uint8Array
  close(): void
}

export async function openTap(): Promise<Tap> {
  const chunks: Buffer[] = []
  const sockets = new Set<Socket>()
  let target = 0
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        other.write(chunk)
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroySoon()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    lead(port: number): void {
      target = port
    },
    heard: () => Buffer.concat(chunks),
    close(): void {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
