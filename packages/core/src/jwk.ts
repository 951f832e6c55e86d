/** P-256 public keys as JWK (RFC 7517, RFC 7518 section 6.2) and their thumbprints (RFC 7638). */
import { fromBase64url, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort, PublicJwk } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'

export type { PublicJwk }

function isCoordinate(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== 43) return false
  try {
    return fromBase64url(value).length === 32
  } catch {
    return false
  }
}

/** Throws `bad_request` unless it is a bare P-256 public key. Whether the point is on the curve, the import decides. */
export function parsePublicJwk(value: unknown): PublicJwk {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HoldfastError('bad_request')
  const { kty, crv, x, y, ...others } = value as Record<string, unknown>
  if (
    kty !== 'EC' ||
    crv !== 'P-256' ||
    !isCoordinate(x) ||
    !isCoordinate(y) ||
    Object.keys(others).length > 0
  ) {
    throw new HoldfastError('bad_request')
  }
  return { kty, crv, x, y }
}

/** The RFC 7638 SHA-256 thumbprint, base64url: the name of a key everywhere in Holdfast. */
export async function thumbprint(jwk: PublicJwk, crypto: CryptoPort): Promise<string> {
  return toBase64url(await crypto.sha256(thumbprintInput(jwk)))
}

/** The bytes RFC 7638 section 3 hashes: required members in lexical order, no white space. */
export function thumbprintInput(jwk: PublicJwk): Uint8Array {
  return utf8(`{"crv":"${jwk.crv}","kty":"${jwk.kty}","x":"${jwk.x}","y":"${jwk.y}"}`)
}
