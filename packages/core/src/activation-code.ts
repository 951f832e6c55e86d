/**
 * Activation codes (docs/protocol.md 4.1): a public id and a secret, in Crockford's base32 so that people can read and
 * type them. Only the id ever travels.
 */
import { utf8 } from './bytes.ts'
import type { CryptoPort } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const idLength = 8
/** 60 bits: more than can be searched while a code lives, and only its proof is ever seen by anyone. */
const secretLength = 12
const form = /^[0-9A-HJKMNP-TV-Z]{20}$/
const typeable = /^[0-9A-Za-z\s-]*$/

export type ActivationCode = {
  readonly id: string
  /** The secret's characters; the input of the proof key. Never sent, never logged. */
  readonly secret: string
}

export function generateActivationCode(crypto: CryptoPort): ActivationCode {
  // 256 is a multiple of 32, so five bits of each byte are uniform.
  const characters = Array.from(crypto.random(idLength + secretLength), (byte) => alphabet[byte & 31])
  return { id: characters.slice(0, idLength).join(''), secret: characters.slice(idLength).join('') }
}

/** Five groups of four, as shown to people. */
export function formatActivationCode(code: ActivationCode): string {
  return (`${code.id}${code.secret}`.match(/.{4}/g) as string[]).join('-')
}

/** Takes what people type: any case, spaces, dashes, O for 0, I or L for 1. Else `activation_code_malformed`. */
export function parseActivationCode(typed: string): ActivationCode {
  // ASCII before upper case: a dotless i and a long s would turn into letters of the alphabet.
  if (!typeable.test(typed)) throw new HoldfastError('activation_code_malformed')
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  if (!form.test(code)) throw new HoldfastError('activation_code_malformed')
  return { id: code.slice(0, idLength), secret: code.slice(idLength) }
}

/** The HMAC key of the activation proof: HKDF-SHA-256 of the secret's ASCII characters, no salt, fixed label. */
export async function activationProofKey(secret: string, crypto: CryptoPort): Promise<Uint8Array> {
  return crypto.hkdfSha256(utf8(secret), new Uint8Array(0), utf8('holdfast activation proof v1'), 32)
}
