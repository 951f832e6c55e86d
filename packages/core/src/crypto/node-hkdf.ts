/** HKDF-SHA256 (RFC 5869) in its two steps, as HPKE wants them; node's own does both at once only, and slower. */
import { createHmac } from 'node:crypto'

export function hmacSha256(key: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array {
  const code = createHmac('sha256', key)
  for (const part of data) code.update(part)
  return code.digest()
}

/** Section 2.2. An empty salt is the same as the 32 zeros of the RFC: HMAC fills keys up with zeros. */
export const extractSha256: (salt: Uint8Array, secret: Uint8Array) => Uint8Array = hmacSha256

/** Section 2.3: up to 8160 octets. */
export function expandSha256(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (length > 255 * 32) throw new RangeError('HKDF-SHA256 gives 8160 octets at most')
  const whole = new Uint8Array(Math.ceil(length / 32) * 32)
  let last: Uint8Array = new Uint8Array(0)
  for (let block = 1; (block - 1) * 32 < length; block++) {
    const next = hmacSha256(prk, last, info, Uint8Array.of(block))
    whole.set(next, (block - 1) * 32)
    last.fill(0)
    last = next
  }
  // One copy of a key is enough: whoever asked for it can erase that.
  last.fill(0)
  return whole.subarray(0, length)
}
