/** Factors as the calls that prove them leave them in the store, without proving anything; and sessions opened with them. */
import { randomBytes } from 'node:crypto'
import { passcodeGrant, presenceGrant, type PublicJwk, type TokenResponse } from '@holdfast/core'
import type { AuditEntry, OwnAnswer, RepeatRecord } from '@holdfast/server'
import {
  jsonOf,
  type Key,
  newKey,
  type Phone,
  postSigned,
  type Rig,
  signedHead,
  seconds,
  type Unlocked,
} from './rig.ts'

const id = (): string => randomBytes(16).toString('base64url')
const limits = { tries: 100, locksMs: [], accountTries: 1000, accountWindowMs: 60_000 }

function entry(rig: Rig, action: string, phone: Phone): AuditEntry {
  return { at: rig.clock.now(), action, actor: phone.id, user: phone.user, device: phone.id, detail: {} }
}
function repeatOf(rig: Rig): RepeatRecord {
  return { requestHash: id(), sealedAnswer: '', expiresAt: rig.clock.now() + 600_000 }
}

/** A new passcode of this phone: pending until a session is opened with it. */
export async function setPasscode(
  rig: Rig,
  phone: Phone,
  attempt: { readonly jwk: PublicJwk; readonly thumbprint: string } | null = null,
): Promise<string> {
  const record = {
    id: id(),
    deviceId: phone.id,
    sealedUpload: 'upload',
    attemptKey: attempt?.jwk ?? null,
    attemptKeyThumbprint: attempt?.thumbprint ?? null,
    state: 'pending',
    createdAt: rig.clock.now(),
  } as const
  const audit = entry(rig, 'passcode.registered', phone)
  if (!(await rig.deployment.store.addPasscode(record, audit))) throw new Error('no passcode was set')
  return record.id
}

/** A login with that passcode, passed now. */
export async function provePasscode(rig: Rig, phone: Phone, recordId: string): Promise<string> {
  const now = rig.clock.now()
  const { store, policy } = rig.deployment
  const times = { createdAt: now, expiresAt: now + 120_000 }
  const login = {
    id: id(),
    deviceId: phone.id,
    recordId,
    approvalId: null,
    ke1Digest: id(),
    sealedState: null,
    ...times,
  }
  await store.takePasscodeTry({
    login,
    user: phone.user,
    limits,
    now,
    audit: entry(rig, 'passcode.try', phone),
  })
  const expiresAt = now + policy.factor.lifeSeconds * 1000
  const factor = {
    id: login.id,
    deviceId: phone.id,
    kind: 'passcode',
    way: recordId,
    provedAt: now,
    expiresAt,
  } as const
  if (!(await store.finishLogin(factor, repeatOf(rig), entry(rig, 'passcode.proved', phone))))
    throw new Error('the login was refused')
  return factor.id
}

/** A presence key of this phone, proved now. */
export async function provePresence(rig: Rig, phone: Phone): Promise<string> {
  const now = rig.clock.now()
  const { store, policy } = rig.deployment
  const presence = {
    id: id(),
    deviceId: phone.id,
    kind: 'key',
    keyName: id(),
    publicKey: '{}',
    counter: 0,
    synced: false,
    createdAt: now,
  } as const
  await store.addPresence(presence, entry(rig, 'presence.registered', phone))
  const expiresAt = now + policy.factor.lifeSeconds * 1000
  const factor = {
    id: id(),
    deviceId: phone.id,
    kind: 'presence',
    way: presence.id,
    provedAt: now,
    expiresAt,
  } as const
  await store.passPresence(factor, 0, repeatOf(rig), entry(rig, 'presence.proved', phone))
  return factor.id
}

const grants = { passcode: passcodeGrant, presence: presenceGrant } as const

/** The body of the token call; `session` is the key it asks tokens for. */
export function grantOf(kind: keyof typeof grants, factor: string, session: Key): Record<string, unknown> {
  const ack = { number: 0, mark: 0 }
  return { grant_type: grants[kind], session_key: session.pair.publicJwk, factor, ack }
}

export async function unlockBy(
  rig: Rig,
  phone: Phone,
  kind: keyof typeof grants,
  factor: string,
): Promise<Unlocked> {
  const session = await newKey()
  const answer = await postSigned(rig, '/holdfast/token', phone.device, grantOf(kind, factor, session))
  if (answer.status !== 200) throw new Error(`refused: ${answer.refusal?.code}`)
  return { session, tokens: jsonOf(answer) as TokenResponse }
}

/** Sets a passcode and opens a session with it. */
export async function enterPasscode(rig: Rig, phone: Phone): Promise<Unlocked> {
  return unlockBy(rig, phone, 'passcode', await provePasscode(rig, phone, await setPasscode(rig, phone)))
}

/** An own call of a session, signed by its key or by another, without a body. */
export async function callOwn(
  rig: Rig,
  { tokens, session }: Unlocked,
  call: { readonly method: string; readonly target: string; readonly key?: Key },
): Promise<OwnAnswer> {
  const { method, target, key = session } = call
  const fields = [['authorization', `Holdfast ${tokens.access_token}`]] as const
  const head = await signedHead({ method, target, key, created: seconds(rig.clock), fields })
  return rig.server.answer(head, new Uint8Array())
}
