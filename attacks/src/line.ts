/** The line between phone and service, which belongs to the attacker: it may pass, swallow or invent answers. */
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Address } from './raw.ts'

export type Mood =
  /** Carries everything. */
  | { readonly kind: 'honest' }
  /** Lets the next request through and cuts the connection instead of its answer; honest again after it. */
  | { readonly kind: 'swallow' }
  /** Says these bytes to the next request and passes nothing on; honest again after it. */
  | { readonly kind: 'forge'; readonly bytes: string }

export type Line = {
  readonly origin: string
  /** Where it leads; set once the service listens. */
  lead(to: Address): void
  /** For one request. */
  play(mood: Mood): void
  close(): void
}

export async function openLine(): Promise<Line> {
  const ends = new Set<Socket>()
  let destination: Address | null = null
  let mood: Mood = { kind: 'honest' }

  function carry(phone: Socket): void {
    if (destination === null) {
      phone.destroy()
      return
    }
    const service = connect({ host: destination.host, port: destination.port })
    let swallowing = false
    for (const end of [phone, service]) {
      ends.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => {
        ends.delete(end)
        phone.destroy()
        service.destroy()
      })
    }
    phone.on('data', (chunk: Buffer) => {
      const now = mood
      mood = { kind: 'honest' }
      if (now.kind === 'forge') phone.end(now.bytes)
      else service.write(chunk)
      swallowing ||= now.kind === 'swallow'
    })
    service.on('data', (chunk: Buffer) => {
      if (swallowing) phone.destroy()
      else phone.write(chunk)
    })
  }

  const server = createServer(carry)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead: (to) => {
      destination = to
    },
    play: (next) => {
      mood = next
    },
    close: () => {
      server.close()
      for (const end of ends) end.destroy()
    },
  }
}
