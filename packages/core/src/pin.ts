/** Pins of TLS keys (docs/protocol.md 2.4): the SHA-256 of a SubjectPublicKeyInfo (RFC 7469 section 2.4), here in b64u. */
import { toBase64url } from './bytes.ts'
import type { SyncCryptoPort } from './crypto/port.ts'

/** Of the DER of a SubjectPublicKeyInfo: 43 characters. */
export function pinOf(spki: Uint8Array, crypto: Pick<SyncCryptoPort, 'sha256'>): string {
  return toBase64url(crypto.sha256(spki))
}

export function isPin(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** Fewer would be a promise that no key is ever lost: with the last pinned key every app is. */
export const leastPins = 2
