/** Every server of the bench listens on loopback, on a port the system picks. */

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server process answers its parent once it listens. */
export interface Listening {
  readonly port: number
}

/** Idle connections are kept for longer than a run: the targets take turns. */
export function listen(server: Server): Promise<Listening> {
  server.keepAliveTimeout = 600_000
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port }))
  })
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}
