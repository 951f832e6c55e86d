/**
 * The crypto port in portable code, for runtimes without `crypto.subtle`: Hermes. Synchronous, and slower than what a platform brings.
 * Its private keys are octets in memory, and no JavaScript promises that its time does not depend on them: it is for keys that live
 * as long as a session. Those of a device belong into the platform's keystore.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { p256 } from '@noble/curves/nist.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, fromBase64url, toBase64url } from '../bytes.ts'
import { HoldfastError } from '../errors.ts'
import { type PublicJwk, parsePublicJwk } from '../jwk.ts'
import { isRawSignature } from './ecdsa.ts'
import { nobleHpke } from './noble-hpke.ts'
import type { KeyPair, PrivateKey, SyncCryptoPort, VerifyKey } from './port.ts'

export type NobleOptions = {
  /**
   * Octets from the system's generator of random numbers, e.g. `getRandomValues` of a native module. Everything hangs from it. Where
   * there is a global `crypto.getRandomValues` as well, it serves to blind the arithmetic, and nothing else.
   */
  readonly random: (length: number) => Uint8Array
}

// What ES256 says (RFC 7518 section 3.4): SHA-256 of the data, r ‖ s, and either of the two values of s.
const es256 = { prehash: true, lowS: false, format: 'compact' } as const
const tagLength = 16
/** 16 more than the order has: what is left of them modulo the order is not biased (FIPS 186-5 appendix A.2.1). */
const seedLength = 48

/** Keeps a private key out of whatever prints or serialises objects. */
class PortableKey {
  readonly #scalar: Uint8Array

  constructor(scalar: Uint8Array) {
    this.#scalar = scalar
  }

  sign(data: Uint8Array, extraEntropy: Uint8Array): Uint8Array {
    return p256.sign(data, this.#scalar, { ...es256, extraEntropy })
  }
}

function jwkOf(point: Uint8Array): PublicJwk {
  const [x, y] = [toBase64url(point.subarray(1, 33)), toBase64url(point.subarray(33))]
  return parsePublicJwk({ kty: 'EC', crv: 'P-256', x, y })
}

/** The uncompressed point of SEC 1 section 2.3.3, on the curve. */
function pointOf({ x, y }: PublicJwk): Uint8Array {
  try {
    const point = concat(Uint8Array.of(4), fromBase64url(x), fromBase64url(y))
    p256.Point.fromBytes(point).assertValidity()
    return point
  } catch (cause) {
    throw new HoldfastError('bad_request', { cause })
  }
}

function cipherOf(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array): ReturnType<typeof gcm> {
  if (key.length !== 32) throw new TypeError('AES-256 takes a key of 32 octets')
  if (nonce.length !== 12) throw new TypeError('a nonce has 12 octets')
  return gcm(key, nonce, aad)
}

export function nobleCrypto({ random: source }: NobleOptions): SyncCryptoPort {
  function random(length: number): Uint8Array {
    const octets = source(length)
    if (octets.length !== length) throw new TypeError('the random source gave another number of octets')
    return octets
  }

  return {
    hpke: nobleHpke(random),
    random,
    sha256: (data: Uint8Array): Uint8Array => sha256(data),
    hmacSha256: (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(sha256, key, data),
    hkdfSha256: (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
      hkdf(sha256, secret, salt, info, length),
    generateKeyPair(): KeyPair {
      const scalar = p256.utils.randomSecretKey(random(seedLength))
      const privateKey = new PortableKey(scalar) as unknown as PrivateKey
      return { publicJwk: jwkOf(p256.getPublicKey(scalar, false)), privateKey }
    },
    importPublicKey: (jwk: PublicJwk): VerifyKey => pointOf(jwk) as unknown as VerifyKey,
    // Random octets beside those of RFC 6979: a fault in the arithmetic does not give the key away by two signatures of one message.
    sign: (key: PrivateKey, data: Uint8Array): Uint8Array =>
      (key as unknown as PortableKey).sign(data, random(32)),
    verify: (key: VerifyKey, data: Uint8Array, signature: Uint8Array): boolean =>
      isRawSignature(signature) && p256.verify(signature, data, key as unknown as Uint8Array, es256),
    seal: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array =>
      cipherOf(key, nonce, aad).encrypt(plaintext),
    open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
      const cipher = cipherOf(key, nonce, aad)
      if (sealed.length < tagLength) return null
      try {
        return cipher.decrypt(sealed)
      } catch {
        return null
      }
    },
  }
}
