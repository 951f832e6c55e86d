/**
 * The lab's phone: it speaks the protocol (docs/protocol.md 4 to 6) request by request, and hands each request out before it
 * is sent, so that an attack can keep it, change it or send it twice. It trusts every answer: it is bait, not a product.
 */
import {
  activationProof,
  activationProofKey,
  decodeJws,
  deviceGrant,
  type EnrolmentTranscript,
  parseActivationCode,
  refreshGrant,
  statementPath,
  thumbprint,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Answer, RawRequest } from './raw.ts'
import { type Draft, type LabKey, makeKey, randomText, sign, type Twist } from './signer.ts'

/** What a phone needs of the world: the service, a clerk who hands out activation codes, and its user's text messages. */
export type World = {
  readonly origin: string
  readonly send: (request: RawRequest) => Promise<Answer>
  /** The code as the operator hands it to this user; texts will go to `sendTo`. */
  readonly activate: (user: string, sendTo: string) => Promise<string>
  /** The latest text message sent there. */
  readonly lastText: (sendTo: string) => Promise<string>
}

/** The answer's JSON; throws with the answer in the message when it is not the success the lab relies on. */
export function json(answer: Answer): Record<string, unknown> {
  if (answer.status !== 200)
    throw new Error(`the lab expected 200, got ${answer.status} ${answer.text.slice(0, 300)}`)
  return JSON.parse(answer.text) as Record<string, unknown>
}

/** The six digits of the latest text message sent there. */
export async function oneTimeText(world: World, sendTo: string): Promise<string> {
  const digits = /\b\d{6}\b/.exec(await world.lastText(sendTo))?.[0]
  if (digits === undefined) throw new Error('no digits in the text')
  return digits
}

/** An unsigned GET. */
export function plain(world: Pick<World, 'origin'>, target: string, method = 'GET'): RawRequest {
  return { method, target, fields: [['Host', new URL(world.origin).host]], body: new Uint8Array(0) }
}

export async function getChallenge(world: World): Promise<string> {
  return json(await world.send(plain(world, '/holdfast/challenge')))['challenge'] as string
}

/** Thumbprint of the service key, taken from the statement itself. */
export async function serviceKey(world: World): Promise<string> {
  const { text } = await world.send(plain(world, statementPath))
  const signer = decodeJws('hf-statement+jwt', text)?.signer
  if (signer === undefined || !('jwk' in signer)) throw new Error('the service has no statement')
  return thumbprint(signer.jwk, nodeCrypto)
}

export type EnrolmentDraft = {
  readonly key: LabKey
  /** As the user typed it. */
  readonly code: string
  readonly challenge: string
  readonly name?: string
}

export async function enrolmentRequest(world: World, draft: EnrolmentDraft): Promise<RawRequest> {
  const { id, secret } = parseActivationCode(draft.code)
  const transcript: EnrolmentTranscript = {
    deviceKey: draft.key.thumbprint,
    serviceKey: await serviceKey(world),
    issuer: world.origin,
    challenge: draft.challenge,
    platform: 'testing',
    name: draft.name ?? 'lab phone',
  }
  const proof = await activationProof(await activationProofKey(secret, nodeCrypto), transcript, nodeCrypto)
  const { challenge, platform, name } = transcript
  return signedJson(world, draft.key, '/holdfast/enrolments', {
    code_id: id,
    device_key: draft.key.jwk,
    challenge,
    platform,
    name,
    proof,
  })
}

/** A POST of JSON signed by this key alone, as the calls of sections 4 and 5 are. */
export async function signedJson(
  world: World,
  key: LabKey,
  target: string,
  body: unknown,
): Promise<RawRequest> {
  const fields = [['Content-Type', 'application/json'] as const]
  return sign({ method: 'POST', target, fields, body: JSON.stringify(body) }, { origin: world.origin, key })
}

/** The payload of the JWS in an enrolment answer, believed. */
function payload(answer: Answer, member: 'enrolment' | 'device'): Record<string, unknown> {
  const type = member === 'enrolment' ? 'hf-enrolment+jwt' : 'hf-device+jwt'
  const decoded = decodeJws(type, json(answer)[member] as string)
  if (decoded === null) throw new Error(`not a ${type}`)
  return decoded.payload
}

/** The id of the enrolment an accepted request opened. */
export function enrolmentId(answer: Answer): string {
  return payload(answer, 'enrolment')['enrolment'] as string
}

export async function confirmRequest(
  world: World,
  key: LabKey,
  id: string,
  text: string,
): Promise<RawRequest> {
  return signedJson(world, key, `/holdfast/enrolments/${id}/confirm`, { one_time_text: text })
}

export async function unlockRequest(world: World, key: LabKey, session: LabKey): Promise<RawRequest> {
  return signedJson(world, key, '/holdfast/token', { grant_type: deviceGrant, session_key: session.jwk })
}

export async function refreshRequest(world: World, key: LabKey, refreshToken: string): Promise<RawRequest> {
  return signedJson(world, key, '/holdfast/token', { grant_type: refreshGrant, refresh_token: refreshToken })
}

export type Tokens = { readonly access: string; readonly refresh: string }

export function tokensOf(answer: Answer): Tokens {
  const { access_token: access, refresh_token: refresh } = json(answer)
  return { access: access as string, refresh: refresh as string }
}

/** A phone with a bound device and an open session. */
export type Phone = {
  readonly user: string
  readonly sendTo: string
  readonly device: string
  readonly deviceKey: LabKey
  readonly sessionKey: LabKey
  readonly tokens: Tokens
  /** A request with token, signed by the session key, or by the device key when asked. */
  readonly signed: (draft: Draft, twist?: Twist, signer?: 'session' | 'device') => Promise<RawRequest>
}

export async function openSession(
  world: World,
  deviceKey: LabKey,
): Promise<{ sessionKey: LabKey; tokens: Tokens }> {
  const sessionKey = await makeKey()
  const tokens = tokensOf(await world.send(await unlockRequest(world, deviceKey, sessionKey)))
  return { sessionKey, tokens }
}

/** A second session of the same device, e.g. after its first ended. */
export function phoneOf(
  world: World,
  bound: Pick<Phone, 'user' | 'sendTo' | 'device' | 'deviceKey'>,
  session: { sessionKey: LabKey; tokens: Tokens },
): Phone {
  const { origin } = world
  return {
    ...bound,
    ...session,
    signed: (draft, twist, signer = 'session') => {
      const key = signer === 'device' ? bound.deviceKey : session.sessionKey
      return sign(draft, { origin, key, token: session.tokens.access }, twist)
    },
  }
}

/** The whole of section 4, honestly; then an unlock. Without a name it is a new user's first phone. */
export async function enrol(world: World, user = `user-${randomText(6)}`): Promise<Phone> {
  const sendTo = `+15550${Array.from(nodeCrypto.random(6), (byte) => byte % 10).join('')}`
  const deviceKey = await makeKey()
  const code = await world.activate(user, sendTo)
  const challenge = await getChallenge(world)
  const offer = await world.send(await enrolmentRequest(world, { key: deviceKey, code, challenge }))
  const text = await oneTimeText(world, sendTo)
  const bound = await world.send(await confirmRequest(world, deviceKey, enrolmentId(offer), text))
  const device = payload(bound, 'device')['device'] as string
  return phoneOf(world, { user, sendTo, device, deviceKey }, await openSession(world, deviceKey))
}
