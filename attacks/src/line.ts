/**
 * The line to the service: carries bytes and changes none, as a load balancer does. It gives the service an origin before its
 * own port is known, and keeps it when the service is started again.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Address } from './raw.ts'

export type Line = {
  readonly origin: string
  /** Where it leads from now on; connections that are open are cut. */
  lead(to: Address): void
  close(): void
}

export async function openLine(protocol: 'http' | 'https'): Promise<Line> {
  const ends = new Set<Socket>()
  let destination: Address | null = null

  const server = createServer((phone) => {
    if (destination === null) {
      phone.destroy()
      return
    }
    const service = connect({ host: destination.host, port: destination.port })
    for (const [end, other] of [
      [phone, service],
      [service, phone],
    ] as const) {
      ends.add(end)
      end.pipe(other)
      end.on('error', () => end.destroy())
      end.on('close', () => {
        ends.delete(end)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead: (to) => {
      destination = to
      for (const end of ends) end.destroy()
    },
    close: () => {
      server.close()
      for (const end of ends) end.destroy()
    },
  }
}
