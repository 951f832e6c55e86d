/**
 * The messages of presence (docs/protocol.md 12): a key that needs finger or face each time it is used. On the web a passkey with
 * user verification (WebAuthn), elsewhere a P-256 key whose JWS says what it was asked for. A boolean proves nothing anywhere.
 */
import { encode } from 'cborg'
import * as v from 'valibot'
import { base64url32, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort, VerifyKey } from './crypto/port.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'
import { decodeJws, jwsInput, verifyJws } from './jws.ts'
import { answer, request } from './message.ts'
import { idSchema } from './passcode.ts'
import type { SigningKey } from './request.ts'

export const presencePaths = {
  /** POST: {@link PresenceRegistrationStart}; with `/{registration}` POST: {@link PresenceRegistrationFinish}. */
  registrations: '/registrations',
  /** POST: {@link PresenceChallengeRequest}; with `/{challenge}` POST: {@link PresenceProof}. */
  challenges: '/challenges',
} as const

export type PresenceKind = 'passkey' | 'key'

/** With a token of a fresh passcode, signed by the device key. */
export type PresenceRegistrationStart = { kind: PresenceKind }
/** `options` (passkey): PublicKeyCredentialCreationOptionsJSON. `challenge` (key): what the JWS has to name. */
export type PresenceRegistrationChallenge = {
  registration: string
  challenge: string
  options?: Record<string, unknown>
}
/** `response`: RegistrationResponseJSON of WebAuthn. `proof`: a JWS by the new key, {@link signPresence}. */
export type PresenceRegistrationFinish =
  | { kind: 'passkey'; response: Record<string, unknown> }
  | { kind: 'key'; public_key: PublicJwk; proof: string }
/** `presence` names the new key from now on, on both ends. */
export type PresenceRegistered = { presence: string }

/** Signed by the device key or the attempt key. */
export type PresenceChallengeRequest = { presence: string }
/** `options` (passkey): PublicKeyCredentialRequestOptionsJSON. Single use, two minutes. */
export type PresenceChallenge = { challenge_id: string; challenge: string; options?: Record<string, unknown> }
/** `reply_key`: HPKE x25519 public key made for this one answer, b64u. `held`: as in LoginFinish. */
export type PresenceProof = { reply_key: string; held: number } & (
  | { kind: 'passkey'; response: Record<string, unknown> }
  | { kind: 'key'; proof: string }
)
/** `release`: a ShareRelease to `reply_key` ({@link sealReleaseTo}). */
export type PresenceResult = { release: string }

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const text32 = v.pipe(v.string(), v.regex(base64url32))
const json = v.record(v.string(), v.unknown())
const jws = v.pipe(v.string(), v.maxLength(4096))
const jwk = v.pipe(
  v.unknown(),
  v.transform((value): PublicJwk => parsePublicJwk(value)),
)

const registrationStart: v.GenericSchema<unknown, PresenceRegistrationStart> = v.strictObject({
  kind: v.picklist(['passkey', 'key']),
})
const registrationFinish: v.GenericSchema<unknown, PresenceRegistrationFinish> = v.variant('kind', [
  v.strictObject({ kind: v.literal('passkey'), response: json }),
  v.strictObject({ kind: v.literal('key'), public_key: jwk, proof: jws }),
])
const challengeRequest: v.GenericSchema<unknown, PresenceChallengeRequest> = v.strictObject({
  presence: idSchema,
})
const proof: v.GenericSchema<unknown, PresenceProof> = v.variant('kind', [
  v.strictObject({ kind: v.literal('passkey'), response: json, reply_key: text32, held: count }),
  v.strictObject({ kind: v.literal('key'), proof: jws, reply_key: text32, held: count }),
])
const registrationChallenge: v.GenericSchema<unknown, PresenceRegistrationChallenge> = v.object({
  registration: idSchema,
  challenge: text32,
  options: v.exactOptional(json),
})
const registered: v.GenericSchema<unknown, PresenceRegistered> = v.object({ presence: idSchema })
const challenge: v.GenericSchema<unknown, PresenceChallenge> = v.object({
  challenge_id: idSchema,
  challenge: text32,
  options: v.exactOptional(json),
})
const result: v.GenericSchema<unknown, PresenceResult> = v.object({ release: v.string() })

/** Each throws `bad_request`. */
export const parsePresenceRegistrationStart: (value: unknown) => PresenceRegistrationStart =
  request(registrationStart)
export const parsePresenceRegistrationFinish: (value: unknown) => PresenceRegistrationFinish =
  request(registrationFinish)
export const parsePresenceChallengeRequest: (value: unknown) => PresenceChallengeRequest =
  request(challengeRequest)
export const parsePresenceProof: (value: unknown) => PresenceProof = request(proof)
/** Each throws `answer_refused`. */
export const parsePresenceRegistrationChallenge: (value: unknown) => PresenceRegistrationChallenge =
  answer(registrationChallenge)
export const parsePresenceRegistered: (value: unknown) => PresenceRegistered = answer(registered)
export const parsePresenceChallenge: (value: unknown) => PresenceChallenge = answer(challenge)
export const parsePresenceResult: (value: unknown) => PresenceResult = answer(result)

/** What is proved: everything the service will compare, so that reply key and share number cannot be exchanged on the way. */
export type PresenceStatement = {
  iss: string
  /** Thumbprint of the device key. */
  device_key: string
  /** Of the registration or challenge. */
  challenge: string
  /** As in {@link PresenceProof}; empty and 0 at registration. */
  reply_key: string
  held: number
}
const statementSchema: v.GenericSchema<unknown, PresenceStatement> = v.strictObject({
  iss: v.string(),
  device_key: text32,
  challenge: text32,
  reply_key: v.string(),
  held: count,
})

/** A JWS by a presence key. */
export async function signPresence(statement: PresenceStatement, key: SigningKey): Promise<string> {
  const input = jwsInput('hf-presence+jwt', { kid: key.thumbprint }, statement)
  return `${input}.${toBase64url(await key.sign(utf8(input)))}`
}

/** False for anything but this very statement under this key. */
export async function isPresence(
  text: string,
  expected: PresenceStatement,
  key: VerifyKey,
  crypto: CryptoPort,
): Promise<boolean> {
  const decoded = decodeJws('hf-presence+jwt', text)
  if (decoded === null) return false
  const said = v.safeParse(statementSchema, await verifyJws(decoded, key, crypto))
  if (!said.success) return false
  const names = Object.keys(expected) as Array<keyof PresenceStatement>
  return names.every((name) => said.output[name] === expected[name])
}

/**
 * The challenge a passkey signs (WebAuthn section 5.8.1): SHA-256 over deterministic CBOR of the whole statement. Both ends make it
 * from the service's challenge; the one in `options` is a place holder.
 */
export async function passkeyChallenge(
  { iss, device_key: deviceKey, challenge: given, reply_key: replyKey, held }: PresenceStatement,
  crypto: CryptoPort,
): Promise<Uint8Array> {
  return crypto.sha256(encode(['holdfast presence v1', iss, deviceKey, given, replyKey, held]))
}

/** The PRF input of every passkey of ours (WebAuthn section 10.1.4): the credential makes the output its own. */
export const prfInput: Uint8Array = utf8('holdfast biometric secret v1')
