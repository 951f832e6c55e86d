/** One service in memory with real keys, its clock in the test's hand, and phones that sign what they send. */
import {
  activationProof,
  activationProofKey,
  contentDigest,
  type EnrolmentTranscript,
  fieldsOf,
  HoldfastError,
  parseActivationCode,
  type PrivateKey,
  type PublicJwk,
  signingKey,
  signRequest,
  thumbprint,
  transcriptHash,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from '../src/deployment.ts'
import { createEnrolment, type Enrolment } from '../src/enrolment.ts'
import { parseHead, type RequestHead } from '../src/head.ts'
import { newKeyRecord } from '../src/key-record.ts'
import { createKeyRing } from '../src/key-ring.ts'
import { opaqueReady } from '../src/opaque.ts'
import type { OutboxMessage } from '../src/outbox.ts'
import { defaultPolicy, type Policy } from '../src/policy.ts'
import { createSessions, type Sessions } from '../src/session.ts'
import { createStatement, type Statement } from '../src/statement.ts'
import { memoryShortLived, memoryStore } from '../src/stores/memory/index.ts'

export const origin = 'https://api.bank.example'
export const user = 'maria'
export const sendTo = '+4917012342'

export type Stage = {
  readonly deployment: Deployment
  readonly statement: Statement
  readonly enrolment: Enrolment
  readonly sessions: Sessions
  readonly sent: OutboxMessage[]
  /** Lets seconds go by. */
  readonly pass: (seconds: number) => void
}

const overlaps = { token: 900_000, wrapping: 90_000_000, service: 3_600_000, ca: 259_200_000 }

export async function createStage(
  policy: Partial<Policy> = {},
  parts: Partial<Deployment> = {},
): Promise<Stage> {
  await opaqueReady
  let elapsedMs = 0
  const clock = { now: () => 1_790_000_000_000 + elapsedMs, monotonic: () => elapsedMs }
  const sent: OutboxMessage[] = []
  const deployment: Deployment = {
    origin,
    store: memoryStore(),
    shortLived: memoryShortLived(),
    keys: createKeyRing(newKeyRecord(nodeCrypto), { clock, crypto: nodeCrypto, overlaps }),
    // Tests about something else race more than a stranger may.
    policy: { ...defaultPolicy, anonymousPerMinute: 100_000, ...policy },
    routes: [],
    outbox: { send: async (message) => void sent.push(message) },
    clock,
    ...parts,
  }
  await deployment.shortLived.markPristine()
  const statement = createStatement(deployment)
  return {
    deployment,
    statement,
    enrolment: createEnrolment(deployment, statement),
    sessions: createSessions(deployment),
    sent,
    pass(seconds: number): void {
      elapsedMs += seconds * 1000
    },
  }
}

export type TestKey = {
  readonly jwk: PublicJwk
  readonly thumbprint: string
  readonly privateKey: PrivateKey
}

export async function createKey(): Promise<TestKey> {
  const { publicJwk: jwk, privateKey } = nodeCrypto.generateKeyPair()
  return { jwk, thumbprint: await thumbprint(jwk, nodeCrypto), privateKey }
}

/** A request as it arrives: its head, and the JSON of its body. */
export type Sent = { readonly head: RequestHead; readonly json: unknown }

export type SendInput = {
  readonly method: string
  readonly target: string
  readonly json?: unknown
  readonly authorization?: string
  readonly remote?: string
}

/** Signs and sends; every call makes a new signature. */
export async function send(stage: Stage, key: TestKey, input: SendInput): Promise<Sent> {
  const { method, target, json, authorization, remote = '192.0.2.1' } = input
  const body = json === undefined ? new Uint8Array(0) : utf8(JSON.stringify(json))
  const fields: Array<[string, string]> = [
    ['host', 'api.bank.example'],
    ['content-digest', await contentDigest(body, nodeCrypto)],
  ]
  if (json !== undefined) fields.push(['content-type', 'application/json'])
  if (authorization !== undefined) fields.push(['authorization', `Holdfast ${authorization}`])
  const message = { method, targetUri: origin + target, fields: fieldsOf(fields) }
  const created = Math.floor(stage.deployment.clock.now() / 1000)
  const signer = signingKey(key.thumbprint, key.privateKey, nodeCrypto)
  const signature = await signRequest({ message, routeFields: [], created, key: signer }, nodeCrypto)
  const raw = [...fields, ...Object.entries(signature)].flat()
  return { head: parseHead(method, target, raw, remote), json }
}

export type BeginOptions = {
  readonly code: string
  readonly challenge?: string
  readonly key?: TestKey
  readonly name?: string
  readonly proof?: string
  readonly serviceKey?: string
}
export type BeginRequest = Sent & { readonly key: TestKey; readonly transcript: string }

/** The enrolment request of a phone that was given this activation code. */
export async function beginRequest(stage: Stage, options: BeginOptions): Promise<BeginRequest> {
  const code = parseActivationCode(options.code)
  const key = options.key ?? (await createKey())
  const transcript: EnrolmentTranscript = {
    deviceKey: key.thumbprint,
    serviceKey: options.serviceKey ?? stage.deployment.keys.service().kid,
    issuer: origin,
    challenge: options.challenge ?? (await stage.enrolment.challenge('192.0.2.1')).challenge,
    platform: 'testing',
    name: options.name ?? 'Maria’s phone',
  }
  const proofKey = await activationProofKey(code.secret, nodeCrypto)
  const json = {
    code_id: code.id,
    device_key: key.jwk,
    challenge: transcript.challenge,
    platform: transcript.platform,
    name: transcript.name,
    proof: options.proof ?? (await activationProof(proofKey, transcript, nodeCrypto)),
  }
  const sent = await send(stage, key, { method: 'POST', target: '/holdfast/enrolments', json })
  return { ...sent, key, transcript: await transcriptHash(transcript, nodeCrypto) }
}

export function confirmRequest(stage: Stage, key: TestKey, id: string, digits: string): Promise<Sent> {
  const target = `/holdfast/enrolments/${id}/confirm`
  return send(stage, key, { method: 'POST', target, json: { one_time_text: digits } })
}

/** Members of the messages tests look into; each message has some of them. */
export type Payload = Readonly<Record<string, unknown>> & {
  readonly enrolment: string
  readonly device: string
  readonly sid: string
  readonly iat: number
}

/** The payload of a JWS, not verified. */
export function payloadOf(jws: string): Payload {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')) as Payload
}

export function digitsOf(message: OutboxMessage | undefined): string {
  return /\b\d{6}\b/.exec(message?.text ?? '')?.[0] ?? 'none'
}

export async function issue(stage: Stage, of: string = user): Promise<string> {
  return (await stage.enrolment.issue({ user: of, sendTo, createdBy: 'admin' })).code
}

export type Begun = { readonly key: TestKey; readonly id: string; readonly digits: string }

export async function beginEnrolment(stage: Stage, of: string = user): Promise<Begun> {
  const request = await beginRequest(stage, { code: await issue(stage, of) })
  const { enrolment } = await stage.enrolment.begin(request.head, request.json)
  const { enrolment: id } = payloadOf(enrolment)
  return { key: request.key, id, digits: digitsOf(stage.sent.at(-1)) }
}

export type Bound = { readonly key: TestKey; readonly device: string }

/** A phone that went through the whole enrolment. */
export async function bindPhone(stage: Stage, of: string = user): Promise<Bound> {
  const { key, id, digits } = await beginEnrolment(stage, of)
  const { head, json } = await confirmRequest(stage, key, id, digits)
  const answer = await stage.enrolment.confirm(head, id, json)
  return { key, device: payloadOf(answer.device).device }
}

/** The code of the refusal, or `none`. */
export async function refusal(run: Promise<unknown>): Promise<string> {
  try {
    await run
    return 'none'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}

/** How often each outcome came up. */
export async function tally(runs: ReadonlyArray<Promise<unknown>>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const outcome of await Promise.all(runs.map(refusal))) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** Fifty of the same, at once. */
export function fifty<Value>(make: (index: number) => Value): Value[] {
  return Array.from({ length: 50 }, (_, index) => make(index))
}
