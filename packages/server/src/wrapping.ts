/** Secrets at rest: what a store may hold sealed, and digests that only this service can make. Two keys from the one wrapping key. */
import { concat, fromBase64url, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import type { SyncCryptoPort } from '@holdfast/core'
import type { KeyRing } from './keys.ts'

/** HKDF labels: everything that is ever derived from the wrapping key. */
const labels = { seal: 'holdfast seal v1', digest: 'holdfast digest v1' } as const

export const wrappingKeyBytes = 32
const nonceBytes = 12

export type Wrapping = Pick<KeyRing, 'seal' | 'open' | 'digest'>

export function createWrapping(wrappingKey: Uint8Array, crypto: SyncCryptoPort): Wrapping {
  const derive = (label: string): Uint8Array =>
    crypto.hkdfSha256(wrappingKey, new Uint8Array(0), utf8(label), 32)
  const sealRoot = derive(labels.seal)
  const digestRoot = derive(labels.digest)
  // A key per context: under one key for all, random nonces would begin to collide after some 2^32 answers (NIST SP 800-38D
  // section 8.3). It also binds the context, as the additional data does.
  const keyOf = (root: Uint8Array, context: string): Uint8Array => crypto.hmacSha256(root, utf8(context))

  return {
    seal(context: string, plaintext: Uint8Array): string {
      const nonce = crypto.random(nonceBytes)
      const sealed = crypto.seal(keyOf(sealRoot, context), nonce, utf8(context), plaintext)
      return toBase64url(concat(nonce, sealed))
    },
    open(context: string, sealed: string): Uint8Array {
      const bytes = bytesOf(sealed)
      const nonce = bytes.subarray(0, nonceBytes)
      const plaintext =
        nonce.length === nonceBytes
          ? crypto.open(keyOf(sealRoot, context), nonce, utf8(context), bytes.subarray(nonceBytes))
          : null
      if (plaintext === null) throw new HoldfastError('store_unavailable')
      return plaintext
    },
    // Context and secret enter by two steps, so no pair of them can be read as another pair.
    digest: (context: string, secret: string): string =>
      toBase64url(crypto.hmacSha256(keyOf(digestRoot, context), utf8(secret))),
  }
}

function bytesOf(sealed: string): Uint8Array {
  try {
    return fromBase64url(sealed)
  } catch (cause) {
    throw new HoldfastError('store_unavailable', { cause })
  }
}
