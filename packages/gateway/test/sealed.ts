/** Sealing with one key, and requests sealed to it, over raw connections. */
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  type BinaryRequest,
  type BinaryResponse,
  type KeyConfiguration,
  type SealedRequest,
  sealRequest,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createSealing, defaultPolicy, type HoldfastServer, systemClock } from '@holdfast/server'
import { onTestFinished } from 'vitest'

const keyId = 7

export type SealingFixture = {
  /** For the server of a gateway. */
  readonly server: Pick<HoldfastServer, 'sealing'>
  readonly configuration: KeyConfiguration
}

/** The service's own sealing over a key that never rotates. */
export async function sealingOf(origin: string): Promise<SealingFixture> {
  const { publicKey, privateKey } = await nodeCrypto.hpke.deriveKeyPair('x25519', nodeCrypto.random(32))
  const configuration: KeyConfiguration = { id: keyId, suite: 'x25519', publicKey }
  const keys = { find: (id: number) => Promise.resolve(id === keyId ? { configuration, privateKey } : null) }
  const parts = { origin, clock: systemClock, policy: defaultPolicy }
  const [deployment, sealingKeys] = [parts, keys] as unknown as Parameters<typeof createSealing>
  return { server: { sealing: createSealing(deployment, sealingKeys) }, configuration }
}

export type Inner = Partial<BinaryRequest>

export function innerRequest(origin: string, inner: Inner): BinaryRequest {
  const { protocol, host } = new URL(origin)
  const usual = { method: 'GET', scheme: protocol.slice(0, -1), authority: host, path: '/open/a' }
  return { ...usual, fields: [], body: new Uint8Array(0), ...inner }
}

export function seal(
  origin: string,
  { configuration }: SealingFixture,
  inner: Inner = {},
): Promise<SealedRequest> {
  return sealRequest(innerRequest(origin, inner), configuration, nodeCrypto)
}

export type OuterAnswer = {
  readonly status: number
  readonly fields: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

/** One connection for as many exchanges as are wanted, one after the other. */
export type OuterConnection = {
  post(message: Uint8Array, lines?: readonly string[]): Promise<OuterAnswer>
  /** The other side has ended it. */
  ended(): boolean
  leave(): void
}

const emptyLine = '\r\n\r\n'

export function outerConnection(port: number): OuterConnection {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  let held = Buffer.alloc(0)
  let ended = false
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended = true
  })
  onTestFinished(() => void socket.destroy())

  async function whole(): Promise<OuterAnswer> {
    for (;;) {
      const end = held.indexOf(emptyLine)
      const [line = '', ...rest] = held.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n')
      const fields = new Map(
        rest.map((text): [string, string] => {
          const colon = text.indexOf(':')
          return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()]
        }),
      )
      const start = end + emptyLine.length
      const length = Number(fields.get('content-length') ?? 0)
      if (end >= 0 && held.length >= start + length) {
        const body = new Uint8Array(held.subarray(start, start + length))
        held = held.subarray(start + length)
        const status = Number(line.split(' ')[1])
        if (status >= 200) return { status, fields, body }
      } else if (ended) throw new Error(`the connection ended after ${held.length} octets`)
      else await Promise.race([once(socket, 'data'), once(socket, 'close')])
    }
  }

  return {
    post(message: Uint8Array, lines: readonly string[] = []): Promise<OuterAnswer> {
      const head = [
        'POST /holdfast/sealed HTTP/1.1',
        'Host: gateway.test',
        'Content-Type: message/ohttp-req',
        `Content-Length: ${message.length}`,
        ...lines,
      ]
      socket.write(`${head.join('\r\n')}${emptyLine}`)
      socket.write(message)
      return whole()
    },
    ended: () => ended,
    leave: () => void socket.destroy(),
  }
}

/** Sends a sealed request on a connection of its own and opens what comes back. */
export async function exchangeSealed(
  port: number,
  origin: string,
  sealing: SealingFixture,
  inner: Inner = {},
): Promise<{ outer: OuterAnswer; inside: BinaryResponse }> {
  const request = await seal(origin, sealing, inner)
  const outer = await outerConnection(port).post(request.message)
  return { outer, inside: await request.open(outer.body) }
}
