/** A whole service in memory with a clock the test owns, and a phone that signs by core alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  activationProof,
  activationProofKey,
  type CryptoPort,
  contentDigest,
  deviceGrant,
  fieldsOf,
  fromUtf8,
  type KeyPair,
  parseActivationCode,
  type RouteRule,
  type SigningKey,
  signingKey,
  signRequest,
  type TokenResponse,
  thumbprint,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  createServer,
  defaultPolicy,
  type Deployment,
  type HoldfastServer,
  openKeyFile,
  type OwnAnswer,
  parseHead,
  type RequestHead,
  type SealingMemory,
} from '@holdfast/server'
import { memoryShortLived, memoryStore } from '@holdfast/server/memory'

export const origin = 'https://api.bank.example'
const crypto: CryptoPort = nodeCrypto

export type TestClock = {
  now(): number
  monotonic(): number
  advance(ms: number): void
  set(ms: number): void
}

export function testClock(start = 1_790_000_000_000): TestClock {
  let now = start
  let monotonic = 1000
  return {
    now: () => now,
    monotonic: () => monotonic,
    advance(ms: number): void {
      now += ms
      monotonic += ms
    },
    set(ms: number): void {
      now = ms
    },
  }
}

export type Key = { readonly pair: KeyPair; readonly signer: SigningKey }

export async function newKey(): Promise<Key> {
  const pair = nodeCrypto.generateKeyPair()
  return { pair, signer: signingKey(await thumbprint(pair.publicJwk, crypto), pair.privateKey, crypto) }
}

export type SignInput = {
  readonly method: string
  readonly target: string
  readonly key: Key
  readonly created: number
  readonly body?: Uint8Array
  readonly fields?: ReadonlyArray<readonly [string, string]>
  readonly routeFields?: readonly string[]
}

/** The fields of a signed request, in the order a client would send them. */
export async function signedFields(input: SignInput): Promise<Array<readonly [string, string]>> {
  const { method, target, key, created, body = new Uint8Array(), fields = [], routeFields = [] } = input
  const all = [...fields, ['content-digest', await contentDigest(body, crypto)] as const]
  const message = { method, targetUri: origin + target, fields: fieldsOf(all) }
  const signed = await signRequest({ message, routeFields, created, key: key.signer }, crypto)
  return [...all, ...Object.entries(signed)]
}

export function headOf(
  method: string,
  target: string,
  fields: ReadonlyArray<readonly [string, string]>,
): RequestHead {
  return parseHead(method, target, fields.flat(), '192.0.2.1')
}

export async function signedHead(input: SignInput): Promise<RequestHead> {
  return headOf(input.method, input.target, await signedFields(input))
}

export type Rig = {
  readonly server: HoldfastServer
  readonly deployment: Deployment
  readonly clock: TestClock
  readonly texts: string[]
}

export async function createRig(
  options: {
    routes?: readonly RouteRule[]
    clock?: TestClock
    parts?: Partial<Deployment>
    sealingMemory?: SealingMemory
  } = {},
): Promise<Rig> {
  const clock = options.clock ?? testClock()
  const texts: string[] = []
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-rig-'))
  const keys = await openKeyFile(path.join(folder, 'keys.json'), { clock, crypto: nodeCrypto })
  // Read once, kept in memory: a rig changes no keys.
  rmSync(folder, { recursive: true })
  const deployment: Deployment = {
    origin,
    store: memoryStore(),
    shortLived: memoryShortLived(),
    keys,
    policy: { ...defaultPolicy, anonymousPerMinute: 100_000 },
    routes: options.routes ?? [],
    outbox: {
      async send({ text }): Promise<void> {
        texts.push(text)
      },
    },
    clock,
    ...options.parts,
  }
  return { server: await createServer(deployment, options.sealingMemory), deployment, clock, texts }
}

export function jsonOf(answer: OwnAnswer): Record<string, unknown> {
  return JSON.parse(fromUtf8(answer.body)) as Record<string, unknown>
}

export function seconds(clock: TestClock): number {
  return Math.floor(clock.now() / 1000)
}

/** A signed call with a JSON body, as sections 4 and 5 of the protocol have them. */
export async function postSigned(rig: Rig, target: string, key: Key, json: unknown): Promise<OwnAnswer> {
  const body = utf8(JSON.stringify(json))
  const fields = [['content-type', 'application/json']] as const
  const head = await signedHead({ method: 'POST', target, key, created: seconds(rig.clock), body, fields })
  return rig.server.answer(head, body)
}

export type Phone = { readonly device: Key; readonly id: string; readonly user: string }

/** Enrols a new device of this user through the real calls. */
export async function enrol(rig: Rig, user: string): Promise<Phone> {
  const { server, deployment } = rig
  const device = await newKey()
  const issued = await server.enrolment.issue({ user, sendTo: '+442079460042', createdBy: 'rig' })
  const code = parseActivationCode(issued.code)
  const { challenge } = jsonOf(
    await server.answer(headOf('GET', '/holdfast/challenge', []), new Uint8Array()),
  )
  const transcript = {
    deviceKey: device.signer.thumbprint,
    serviceKey: deployment.keys.service().kid,
    issuer: origin,
    challenge: challenge as string,
    platform: 'testing',
    name: 'Test phone',
  } as const
  const proof = await activationProof(await activationProofKey(code.secret, crypto), transcript, crypto)
  const { platform, name } = transcript
  const request = { code_id: code.id, device_key: device.pair.publicJwk, challenge, platform, name, proof }
  const begun = jsonOf(await postSigned(rig, '/holdfast/enrolments', device, request))
  const id = payloadOf(begun['enrolment'] as string)['enrolment'] as string
  const digits = /\b\d{6}\b/.exec(rig.texts.at(-1) ?? '')?.[0]
  const bound = jsonOf(
    await postSigned(rig, `/holdfast/enrolments/${id}/confirm`, device, { one_time_text: digits }),
  )
  return { device, id: payloadOf(bound['device'] as string)['device'] as string, user }
}

export function payloadOf(jws: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jws.split('.')[1] as string, 'base64url').toString()) as Record<
    string,
    unknown
  >
}

export type Unlocked = { readonly session: Key; readonly tokens: TokenResponse }

export async function unlock(rig: Rig, phone: Phone): Promise<Unlocked> {
  const session = await newKey()
  const request = { grant_type: deviceGrant, session_key: session.pair.publicJwk }
  const answer = await postSigned(rig, '/holdfast/token', phone.device, request)
  return { session, tokens: jsonOf(answer) as TokenResponse }
}
