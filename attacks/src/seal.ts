/** Sealing by the lab (docs/protocol.md 8): requests it can hold in hand, change and send twice before they are sent. */
import {
  type BinaryRequest,
  chooseSealingKey,
  decodeJws,
  encodeRequest,
  fieldsOf,
  type KeyConfiguration,
  sealedPath,
  sealedRequestType,
  sealRequest,
  type ServiceStatement,
  statementPath,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Setting } from './attack.ts'
import { plain, type World } from './phone.ts'
import { type Answer, answerOf, type RawRequest } from './raw.ts'

/** A service that takes sealed requests, and on one route nothing else. */
export const sealing: Setting = {
  config: {
    sealing: { suites: ['x25519'] },
    // All that is damaged comes from one address.
    policy: { sealing: { refusedPerMinute: 1_000_000 } },
    routes: [
      { path: '/open/*', methods: ['GET'], policy: 'open' },
      { path: '/sealed/*', policy: 'sealed' },
    ],
  },
}

/** The payload of the statement, believed. */
export async function statementOf(world: Pick<World, 'origin' | 'send'>): Promise<ServiceStatement> {
  const { text } = await world.send(plain(world, statementPath))
  const decoded = decodeJws('hf-statement+jwt', text)
  if (decoded === null) throw new Error('the service has no statement')
  return decoded.payload as ServiceStatement
}

export async function sealingKey(world: Pick<World, 'origin' | 'send'>): Promise<KeyConfiguration> {
  const key = chooseSealingKey((await statementOf(world)).sealing, nodeCrypto.hpke.suites)
  if (key === null) throw new Error('the service takes no sealed requests')
  return key
}

/** The outer request for a sealed message. */
export function outerRequest(world: Pick<World, 'origin'>, message: Uint8Array): RawRequest {
  const fields = [
    ['Host', new URL(world.origin).host],
    ['Content-Type', sealedRequestType],
    ['Content-Length', String(message.length)],
  ] as const
  return { method: 'POST', target: sealedPath, fields, body: message }
}

export type SealedPair = {
  readonly request: RawRequest
  /** What was inside; rejects when it is not the answer to this request. Outer refusals come back as they are. */
  readonly open: (answer: Answer) => Promise<Answer>
}

function innerRequest(world: Pick<World, 'origin'>, inner: RawRequest): BinaryRequest {
  const [scheme = '', authority = ''] = world.origin.split('://')
  const { method, target: path, body } = inner
  return { method, scheme, authority, path, fields: [...fieldsOf(inner.fields)], body }
}

/** `service` opens it; `world` is the one it is for. */
export async function seal(world: World, inner: RawRequest, service: World = world): Promise<SealedPair> {
  const key = await sealingKey(service)
  const { message, open } = await sealRequest(innerRequest(world, inner), key, nodeCrypto)
  return {
    request: outerRequest(service, message),
    async open(answer) {
      if (answer.code !== null) return answer
      const inside = await open(answer.body)
      return answerOf(inside.status, new Map(inside.fields), inside.body)
    },
  }
}

/** A message for the service's x25519 key whose encapsulated key and ciphertext somebody else makes. */
export async function sealWith(
  world: World,
  inner: RawRequest,
  make: (plaintext: Uint8Array, info: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const { id } = await sealingKey(world)
  const header = Buffer.from([id, 0, 0x20, 0, 1, 0, 2])
  const info = Buffer.concat([Buffer.from('message/bhttp request\0', 'latin1'), header])
  return Buffer.concat([header, make(encodeRequest(innerRequest(world, inner)), info)])
}
