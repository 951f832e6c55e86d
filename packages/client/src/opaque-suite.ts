/**
 * The suite of docs/protocol.md 11 in the words of RFC 9807: OPRF(ristretto255, SHA-512), HKDF-SHA-512, HMAC-SHA-512. Nothing here knows
 * what it computes for. Octets can be zeroed and are; the big integers inside the group arithmetic cannot.
 */
import { concat, HoldfastError, utf8 } from '@holdfast/core'
import { ristretto255, ristretto255_oprf } from '@noble/curves/ed25519.js'
import * as hkdf from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'

/** That many octets of a cryptographically strong generator. */
export type Random = (length: number) => Uint8Array

/** Octets: nonce, seed, element and scalar are 32 each; hash, MAC and everything expanded 64. */
export const sizes = { nonce: 32, seed: 32, element: 32, hash: 64, mac: 64 } as const

const { oprf } = ristretto255_oprf

export const hash = (message: Uint8Array): Uint8Array => sha512(message)
export const mac = (key: Uint8Array, message: Uint8Array): Uint8Array => hmac(sha512, key, message)
/** HKDF-Extract with an empty salt, the only one OPAQUE uses. */
export const extract = (ikm: Uint8Array): Uint8Array => hkdf.extract(sha512, ikm, new Uint8Array(0))
export const expand = (prk: Uint8Array, info: Uint8Array, length: number = sizes.hash): Uint8Array =>
  hkdf.expand(sha512, prk, info, length)

/** The OPRF's first move (RFC 9497 section 3.3.1): `request` tells nobody anything about the password, `blind` takes that back. */
export function blindPassword(
  password: Uint8Array,
  random: Random,
): { readonly blind: Uint8Array; readonly request: Uint8Array } {
  let drawn: Uint8Array | undefined
  const { blind, blinded } = oprf.blind(password, (length) => (drawn = random(length as number)))
  wipe(drawn)
  return { blind, request: blinded }
}

/** The OPRF's last move: 64 octets nobody finds without asking the server once per guess. `evaluated` is a checked element. */
export function finalize(password: Uint8Array, blind: Uint8Array, evaluated: Uint8Array): Uint8Array {
  return oprf.finalize(password, blind, evaluated)
}

/** The length in two octets, then the value. */
export function prefixed(value: Uint8Array): Uint8Array {
  if (value.length > 0xffff) throw new TypeError('at most 65535 octets')
  return concat(Uint8Array.of(value.length >> 8, value.length & 255), value)
}

export type KeyPair = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array }

/** DeriveDiffieHellmanKeyPair (RFC 9807 section 6.4.1). */
export function deriveKeyPair(seed: Uint8Array): KeyPair {
  return oprf.deriveKeyPair(seed, utf8('OPAQUE-DeriveDiffieHellmanKeyPair'))
}

/** Both keys are well-formed already: the secret one is ours, the public one went through {@link checkElement} or an envelope. */
export function diffieHellman(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const scalar = ristretto255.Point.Fn.fromBytes(secretKey)
  return ristretto255.Point.fromBytes(publicKey).multiply(scalar).toBytes()
}

/** Throws `answer_refused` for what is no element of the group, or its identity, which would make every secret the same. */
export function checkElement(encoded: Uint8Array): Uint8Array {
  let neutral: boolean
  try {
    neutral = ristretto255.Point.fromBytes(encoded).is0()
  } catch {
    throw new HoldfastError('answer_refused')
  }
  if (neutral) throw new HoldfastError('answer_refused')
  return encoded
}

/** Cuts a message into fields of these lengths; throws `answer_refused` unless they make up the whole of it. */
export function fields<Name extends string>(
  message: Uint8Array,
  lengths: Readonly<Record<Name, number>>,
): Record<Name, Uint8Array> {
  const cut = {} as Record<Name, Uint8Array>
  let offset = 0
  for (const name of Object.keys(lengths) as Name[])
    cut[name] = message.slice(offset, (offset += lengths[name]))
  if (message.length !== offset) throw new HoldfastError('answer_refused')
  return cut
}

export function wipe(...secrets: ReadonlyArray<Uint8Array | undefined>): void {
  for (const secret of secrets) secret?.fill(0)
}

/** Secrets that one use may see, whatever comes of it. A second use throws TypeError. */
export function singleUse<Secrets extends Record<string, Uint8Array>>(
  secrets: Secrets,
): <Result>(use: (secrets: Secrets) => Promise<Result>) => Promise<Result> {
  let used = false
  return async (use) => {
    if (used) throw new TypeError('finish is called once: its secrets are gone')
    used = true
    try {
      return await use(secrets)
    } finally {
      wipe(...Object.values(secrets))
    }
  }
}
