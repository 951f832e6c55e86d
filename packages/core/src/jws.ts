/**
 * Compact JWS (RFC 7515) in one fixed profile: ES256, one `typ` per message, no `crit`, no detached payload.
 * The algorithm is never read from the message: a header that is not the expected one is refused as it stands.
 */
import { fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort, PrivateKey, VerifyKey } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'

/** What distinguishes our messages: a signature made for one can never pass for another (RFC 8725 section 3.11). */
export type JwsType =
  | 'hf-statement+jwt'
  | 'hf-time+jwt'
  | 'hf-enrolment+jwt'
  | 'hf-device+jwt'
  | 'hf-presence+jwt'
  | 'hf-challenge+jwt'
  | 'hf-approval+jwt'
  | 'at+jwt'

/** The signer is named by `kid`, or shown whole by `jwk` where only a pinned thumbprint is known. */
export type JwsSigner = { kid: string } | { jwk: PublicJwk }

export type DecodedJws = {
  readonly signer: JwsSigner
  readonly payload: Readonly<Record<string, unknown>>
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

const maxLength = 65_536

/** What is signed (RFC 7515 section 5.1): ASCII, so that a phone's signer that takes text can sign it. */
export function jwsInput(
  type: JwsType,
  signer: JwsSigner,
  payload: Readonly<Record<string, unknown>>,
): string {
  const header = { alg: 'ES256', typ: type, ...signer }
  return `${toBase64url(utf8(JSON.stringify(header)))}.${toBase64url(utf8(JSON.stringify(payload)))}`
}

export async function signJws(
  type: JwsType,
  signer: JwsSigner,
  payload: Readonly<Record<string, unknown>>,
  key: PrivateKey,
  crypto: CryptoPort,
): Promise<string> {
  const input = jwsInput(type, signer, payload)
  return `${input}.${toBase64url(await crypto.sign(key, utf8(input)))}`
}

function jsonObject(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(fromUtf8(fromBase64url(part)))
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('not an object')
  return value as Record<string, unknown>
}

function parseSigner(header: Record<string, unknown>, type: JwsType): JwsSigner {
  const { alg, typ, kid, jwk, ...others } = header
  if (alg !== 'ES256' || typ !== type || Object.keys(others).length > 0) throw new TypeError('foreign header')
  if (typeof kid === 'string' && jwk === undefined) return { kid }
  if (kid === undefined && jwk !== undefined) return { jwk: parsePublicJwk(jwk) }
  throw new TypeError('one signer is needed')
}

/**
 * Takes a JWS apart without believing it. Null when it is not a compact JWS of this profile and type: the caller
 * answers with the code that fits its place.
 */
export function decodeJws(type: JwsType, text: string): DecodedJws | null {
  if (text.length > maxLength) return null
  const [header, payload, signature, ...rest] = text.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return null
  try {
    return {
      signer: parseSigner(jsonObject(header), type),
      payload: jsonObject(payload),
      signingInput: utf8(`${header}.${payload}`),
      signature: fromBase64url(signature),
    }
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof HoldfastError)
      return null
    throw error
  }
}

/** The payload, once the signature is checked; null when it does not verify. */
export async function verifyJws(
  jws: DecodedJws,
  key: VerifyKey,
  crypto: CryptoPort,
): Promise<Readonly<Record<string, unknown>> | null> {
  return (await crypto.verify(key, jws.signingInput, jws.signature)) ? jws.payload : null
}
