/**
 * The messages of the passcode (docs/protocol.md 11): OPAQUE (RFC 9807) with ristretto255-SHA512, Argon2id as key stretching
 * function, and what is derived from its session key. The passcode itself, and anything it could be guessed by, is in none of them.
 */
import { encode } from 'cborg'
import * as v from 'valibot'
import { toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort } from './crypto/port.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'
import { answer, request } from './message.ts'

/** Octets of each OPAQUE message (RFC 9807 section 6 with these suites). */
export const opaqueBytes = {
  registrationRequest: 32,
  registrationResponse: 64,
  registrationRecord: 192,
  ke1: 96,
  ke2: 320,
  ke3: 64,
  serverKey: 32,
  sessionKey: 64,
  exportKey: 64,
} as const

/** The cost of guessing, for whoever has the OPRF seed and a record: 64 MiB, three passes, four lanes. Salt: 16 zero octets. */
export const keyStretching = { memoryKiB: 65_536, iterations: 3, parallelism: 4, length: 64 } as const

export const passcodePaths = {
  /** POST: {@link RegistrationStart}; with `/{record}` POST: {@link RegistrationFinish}. */
  registrations: '/registrations',
  /** POST: {@link LoginStart}; with `/{login}` POST: {@link LoginFinish}. */
  logins: '/logins',
  /** POST, empty. */
  forgotten: '/forgotten',
} as const

/** What the last character may be, by what is left of the octets after whole groups of three: the bits it does not use are zero. */
const lastCharacters = ['', '[AQgw]', '[AEIMQUYcgkosw048]'] as const

function bytesOf(length: number): v.GenericSchema<string, string> {
  const last = lastCharacters[length % 3] ?? ''
  const whole = Math.floor((length * 4) / 3)
  return v.pipe(v.string(), v.regex(new RegExp(`^[A-Za-z0-9_-]{${whole}}${last}$`)))
}
/** Ids the service gives: 128 random bits or more. */
export const idSchema: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{16,128}$/),
)
const jwk = v.pipe(
  v.unknown(),
  v.transform((value): PublicJwk => parsePublicJwk(value)),
)
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** First step of setting or changing a passcode: with a token, signed by the device key. All octets are b64u. */
export type RegistrationStart = { request: string }
/** `record` names the new passcode from now on, on both ends. */
export type RegistrationChallenge = { record: string; response: string }
/**
 * `attempt_key`: a second key of this device, where the device key itself is under the passcode; it may sign the messages that
 * lead to an unlock and nothing else (docs/protocol.md 11.1).
 */
export type RegistrationFinish = { upload: string; attempt_key?: PublicJwk }

/** Signed by the device key or the attempt key. `approval`: it is to approve that one, and opens nothing (docs/protocol.md 9.3). */
export type LoginStart = { record: string; ke1: string; approval?: string }
/** `left`: tries left before the next lock, this one counted. */
export type LoginChallenge = { login: string; ke2: string; left: number }
/** `proof`: {@link finishProof}. `held`: the number of the share this device's wrap needs, 0 when it has none. */
export type LoginFinish = { ke3: string; proof: string; held: number }
/** `release`: a {@link ShareRelease} under {@link releaseKey}: nonce ‖ ciphertext, b64u. */
export type LoginResult = { release: string }

/** How a login ends, whatever for. */
export const loginSchemas: {
  ke3: v.GenericSchema<string, string>
  proof: v.GenericSchema<string, string>
} = { ke3: bytesOf(opaqueBytes.ke3), proof: bytesOf(32) }

const schemas = {
  registrationStart: v.strictObject({ request: bytesOf(opaqueBytes.registrationRequest) }),
  registrationFinish: v.strictObject({
    upload: bytesOf(opaqueBytes.registrationRecord),
    attempt_key: v.exactOptional(jwk),
  }),
  loginStart: v.strictObject({
    record: idSchema,
    ke1: bytesOf(opaqueBytes.ke1),
    approval: v.exactOptional(idSchema),
  }),
  loginFinish: v.strictObject({ ...loginSchemas, held: count }),
  registrationChallenge: v.object({ record: idSchema, response: bytesOf(opaqueBytes.registrationResponse) }),
  loginChallenge: v.object({ login: idSchema, ke2: bytesOf(opaqueBytes.ke2), left: count }),
  loginResult: v.object({ release: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/)) }),
} satisfies Record<string, v.GenericSchema>

/** Each throws `bad_request`. */
export const parseRegistrationStart: (value: unknown) => RegistrationStart = request(
  schemas.registrationStart,
)
export const parseRegistrationFinish: (value: unknown) => RegistrationFinish = request(
  schemas.registrationFinish,
)
export const parseLoginStart: (value: unknown) => LoginStart = request(schemas.loginStart)
export const parseLoginFinish: (value: unknown) => LoginFinish = request(schemas.loginFinish)
/** Each throws `answer_refused`. */
export const parseRegistrationChallenge: (value: unknown) => RegistrationChallenge = answer(
  schemas.registrationChallenge,
)
export const parseLoginChallenge: (value: unknown) => LoginChallenge = answer(schemas.loginChallenge)
export const parseLoginResult: (value: unknown) => LoginResult = answer(schemas.loginResult)

/** OPAQUE's identities (RFC 9807 section 4): a record of one device opens nothing for another, nor at another service. */
export function opaqueIdentifiers(
  deviceKey: string,
  issuer: string,
): { readonly client: string; readonly server: string } {
  return { client: deviceKey, server: issuer }
}

/** HKDF labels: everything that is ever derived from an OPAQUE session key. */
const labels = { proof: 'holdfast passcode proof v1', release: 'holdfast passcode release v1' } as const

/**
 * Binds the end of a login to the key that signs it: HMAC over deterministic CBOR of login id, signer's thumbprint and the share
 * number, so that who holds the line can move none of them to another login.
 */
export async function finishProof(
  sessionKey: Uint8Array,
  facts: { readonly login: string; readonly signer: string; readonly held: number },
  crypto: CryptoPort,
): Promise<string> {
  const key = await crypto.hkdfSha256(sessionKey, new Uint8Array(0), utf8(labels.proof), 32)
  const said = encode([labels.proof, facts.login, facts.signer, facts.held])
  return toBase64url(await crypto.hmacSha256(key, said))
}

/** The key a {@link ShareRelease} is sealed under after a passcode login. */
export async function releaseKey(sessionKey: Uint8Array, crypto: CryptoPort): Promise<Uint8Array> {
  return crypto.hkdfSha256(sessionKey, new Uint8Array(0), utf8(labels.release), 32)
}
