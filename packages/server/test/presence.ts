/** A phone with finger or face: passkeys of a software authenticator, or a key that signs what it is asked for. */
import {
  openReleaseWith,
  passkeyChallenge,
  presenceGrant,
  type PresenceChallenge,
  type PresenceKind,
  type PresenceRegistrationChallenge,
  type PresenceStatement,
  type ShareRelease,
  signingKey,
  signPresence,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { assertPasskey, attest, type Ceremony, newPasskey, type Passkey } from './authenticator.ts'
import { deliver, type House, type Phone, post, signed, type Signer, type Told } from './passcode.ts'
import { createKey, origin, type Sent, type TestKey } from './stage.ts'

export const web = { origins: ['https://app.bank.example'], rpId: 'bank.example' } as const

/** What a dishonest phone, or somebody in the line, does otherwise. */
export type Twist = {
  readonly ceremony?: Partial<Ceremony>
  readonly statement?: Partial<PresenceStatement>
  readonly body?: Readonly<Record<string, unknown>>
}

export type Owner = { readonly phone: Phone; readonly authorization: string }
export type Bound = { readonly presence: string; readonly passkey?: Passkey; readonly key?: TestKey }

const statementOf = ({ key }: Phone, challenge: string): PresenceStatement => ({
  iss: origin,
  device_key: key.thumbprint,
  challenge,
  reply_key: '',
  held: 0,
})

const ceremonyOf = async (statement: PresenceStatement, { ceremony }: Twist): Promise<Ceremony> => ({
  challenge: await passkeyChallenge(statement, nodeCrypto),
  origin: web.origins[0],
  rpId: web.rpId,
  ...ceremony,
})

const jwsOf = (statement: PresenceStatement, { thumbprint, privateKey }: TestKey): Promise<string> =>
  signPresence(statement, signingKey(thumbprint, privateKey, nodeCrypto))

export function beginRegistration(
  house: House,
  { phone, authorization }: Owner,
  kind: PresenceKind,
): Promise<Told> {
  return post(house, { key: phone.key, authorization }, 'presence/registrations', { kind })
}

/** The last message of a registration of this key. */
export async function finishBody(
  phone: Phone,
  challenge: string,
  by: Passkey | TestKey,
  twist: Twist = {},
): Promise<Record<string, unknown>> {
  const statement = { ...statementOf(phone, challenge), ...twist.statement }
  if ('jwk' in by)
    return { kind: 'key', public_key: by.jwk, proof: await jwsOf(statement, by), ...twist.body }
  return { kind: 'passkey', response: attest(by, await ceremonyOf(statement, twist)), ...twist.body }
}

/** A whole registration; what the last answer says. */
export async function registering(
  house: House,
  owner: Owner,
  by: Passkey | TestKey,
  twist: Twist = {},
): Promise<Told> {
  const begun = await beginRegistration(house, owner, 'jwk' in by ? 'key' : 'passkey')
  if (begun.status !== 200) return begun
  const { registration, challenge } = begun as unknown as PresenceRegistrationChallenge
  const body = await finishBody(owner.phone, challenge, by, twist)
  const { phone, authorization } = owner
  return post(house, { key: phone.key, authorization }, `presence/registrations/${registration}`, body)
}

export async function bindPresence(
  house: House,
  owner: Owner,
  kind: PresenceKind,
  twist?: Twist,
): Promise<Bound> {
  const by = kind === 'key' ? { key: await createKey() } : { passkey: newPasskey() }
  const answer = await registering(house, owner, by.key ?? by.passkey, twist)
  if (answer.status !== 200) throw new Error(`not bound: ${answer.error}`)
  return { ...by, presence: answer['presence'] as string }
}

export async function ask(house: House, { key }: Signer, presence: string): Promise<PresenceChallenge> {
  const answer = await post(house, { key }, 'presence/challenges', { presence })
  if (answer.status !== 200) throw new Error(`not asked: ${answer.error}`)
  return answer as unknown as PresenceChallenge
}

export type Proof = { readonly sent: Sent; readonly seed: Uint8Array; readonly id: string }

/** The signed request that proves it, not sent yet. */
export async function proofOf(
  house: House,
  phone: Phone,
  bound: Bound,
  options: {
    readonly asked?: PresenceChallenge
    readonly held?: number
    readonly signer?: Signer
  } & Twist = {},
): Promise<Proof> {
  const { held = 0, signer = phone } = options
  const asked = options.asked ?? (await ask(house, signer, bound.presence))
  const seed = nodeCrypto.random(32)
  const { publicKey } = await nodeCrypto.hpke.deriveKeyPair('x25519', seed)
  const reply = { reply_key: toBase64url(publicKey), held }
  const statement = { ...statementOf(phone, asked.challenge), ...reply, ...options.statement }
  const proof =
    bound.passkey === undefined
      ? { kind: 'key', proof: await jwsOf(statement, bound.key as TestKey) }
      : { kind: 'passkey', response: assertPasskey(bound.passkey, await ceremonyOf(statement, options)) }
  const body = { ...reply, ...proof, ...options.body }
  const target = `presence/challenges/${asked.challenge_id}`
  return { sent: await signed(house, { key: signer.key }, target, body), seed, id: asked.challenge_id }
}

export type Released = { readonly factor: string; readonly release: ShareRelease }

export async function openAnswer({ seed, id }: Proof, answer: Told): Promise<Released> {
  if (answer.status !== 200) throw new Error(`not proved: ${answer.error}`)
  const release = await openReleaseWith(seed, id, answer['release'] as string, nodeCrypto)
  return { factor: id, release }
}

/** A whole proof. */
export async function provePresence(
  house: House,
  phone: Phone,
  bound: Bound,
  held = 0,
  signer?: Signer,
): Promise<Released> {
  const proof = await proofOf(house, phone, bound, { held, ...(signer === undefined ? {} : { signer }) })
  return openAnswer(proof, await deliver(house, proof.sent))
}

/** The token call that uses it, and tells which share is held now. */
export async function openByPresence(
  house: House,
  { key }: Phone,
  { factor, release }: Released,
): Promise<Told> {
  const { jwk } = await createKey()
  const ack = { number: release.number + 1, mark: release.next_mark }
  return post(house, { key }, 'token', { grant_type: presenceGrant, session_key: jwk, factor, ack })
}
