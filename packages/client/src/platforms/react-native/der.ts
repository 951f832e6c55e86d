/** Signatures and public keys as phones write them, DER (X.690), into the forms of the protocol. Strict: one encoding for one value. */
import { type PublicJwk, parsePublicJwk, toBase64url } from '@holdfast/core'

/** One INTEGER r or s from `at`: 32 octets into `raw`; where the next element begins. */
function readScalar(der: Uint8Array, at: number, raw: Uint8Array): number {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  if (der[at] !== 0x02 || length < 1 || length > 33 || end > der.length) throw new TypeError('no INTEGER')
  const [first, second] = [der[at + 2] as number, der[at + 3] ?? 0]
  if (first > 127) throw new TypeError('a negative INTEGER')
  if (first === 0 && (length === 1 || second < 128)) throw new TypeError('zero, or more octets than needed')
  const digits = der.subarray(at + (first === 0 ? 3 : 2), end)
  if (digits.length > 32) throw new TypeError('an INTEGER of more than 256 bits')
  raw.set(digits, 32 - digits.length)
  return end
}

/** SEQUENCE { INTEGER r, INTEGER s } (RFC 3279 section 2.2.3) as 64 octets r ‖ s. TypeError for everything else. */
export function rawSignature(der: Uint8Array): Uint8Array {
  // Both together have 70 octets at most: the length is one octet.
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72)
    throw new TypeError('no SEQUENCE of two')
  const raw = new Uint8Array(64)
  const end = readScalar(der, readScalar(der, 2, raw.subarray(0, 32)), raw.subarray(32))
  if (end !== der.length) throw new TypeError('more than two')
  return raw
}

/** What stands before the point in the SubjectPublicKeyInfo of an uncompressed P-256 key (RFC 5480). */
const prefix: readonly number[] = [
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
  0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
]

/** TypeError unless it is a P-256 key; whether the point is on the curve, the import decides. */
export function publicJwk(spki: Uint8Array): PublicJwk {
  if (spki.length !== prefix.length + 64 || !prefix.every((octet, i) => spki[i] === octet))
    throw new TypeError('no public key of P-256')
  const point = spki.subarray(prefix.length)
  const [x, y] = [toBase64url(point.subarray(0, 32)), toBase64url(point.subarray(32))]
  return parsePublicJwk({ kty: 'EC', crv: 'P-256', x, y })
}

/** The text of octets that are printable ASCII or line feeds: native modules sign texts. TypeError for others. */
export function asciiText(data: Uint8Array): string {
  let text = ''
  for (const octet of data) {
    if (octet !== 0x0a && (octet < 0x20 || octet > 0x7e))
      throw new TypeError('only ASCII text is signed here')
    text += String.fromCharCode(octet)
  }
  return text
}
