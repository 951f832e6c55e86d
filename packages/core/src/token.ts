/** The access token: RFC 9068 `at+jwt`, bound to the session key (RFC 7800, RFC 9449 section 6) and to one device. */
import * as v from 'valibot'
import { base64url32 } from './bytes.ts'
import type { CryptoPort, PrivateKey } from './crypto/port.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'
import { decodeJws, signJws } from './jws.ts'

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const keyName = v.pipe(v.string(), v.regex(base64url32))

/** Times in seconds since 1970. */
export type AccessTokenClaims = {
  iss: string
  aud: string
  sub: string
  client_id: string
  jti: string
  /** The token family. */
  sid: string
  iat: number
  exp: number
  auth_time: number
  acr: string
  amr: string[]
  /**
   * `jkt` names the session key; `jwk` is that key, so that no node needs a database to check a signature. `x5t#S256` names the
   * client certificate the token was asked for with, and counts with no other (RFC 8705 section 3.1).
   */
  cnf: { jkt: string; jwk: PublicJwk; 'x5t#S256'?: string }
  /** Thumbprint of the device key. */
  hf_dev: string
}
const claimsSchema: v.GenericSchema<unknown, AccessTokenClaims> = v.strictObject({
  iss: text,
  aud: text,
  sub: text,
  client_id: text,
  jti: text,
  sid: text,
  iat: seconds,
  exp: seconds,
  auth_time: seconds,
  acr: text,
  amr: v.array(text),
  cnf: v.strictObject({
    jkt: keyName,
    jwk: v.pipe(
      v.unknown(),
      v.transform((value): PublicJwk => parsePublicJwk(value)),
    ),
    'x5t#S256': v.exactOptional(keyName),
  }),
  hf_dev: keyName,
})

export function signAccessToken(
  claims: AccessTokenClaims,
  kid: string,
  key: PrivateKey,
  crypto: CryptoPort,
): Promise<string> {
  return signJws('at+jwt', { kid }, claims, key, crypto)
}

export type DecodedAccessToken = {
  readonly kid: string
  readonly claims: AccessTokenClaims
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/** Takes a token apart without believing it; null when it is not one of ours in form. */
export function decodeAccessToken(token: string): DecodedAccessToken | null {
  const jws = decodeJws('at+jwt', token)
  if (jws === null || !('kid' in jws.signer)) return null
  const claims = parseClaims(jws.payload)
  if (claims === null) return null
  return { kid: jws.signer.kid, claims, signingInput: jws.signingInput, signature: jws.signature }
}

function parseClaims(payload: unknown): AccessTokenClaims | null {
  try {
    return v.parse(claimsSchema, payload)
  } catch {
    return null
  }
}
