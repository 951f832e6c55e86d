/** Secrets at rest: what a store may hold sealed, and digests and MACs that only this service can make. */
import { concat, equal, fromBase64url, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import type { SyncCryptoPort } from '@holdfast/core'
import type { KeyRing } from './keys.ts'

/** HKDF labels: everything that is ever derived from a wrapping key, and (`good`) from the digest key. */
const labels = {
  seal: 'holdfast seal v1',
  mac: 'holdfast mac v1',
  digest: 'holdfast digest v1',
  good: 'holdfast seal for good v1',
} as const

export const wrappingKeyBytes = 32
const nonceBytes = 12

export type Wrapping = Pick<
  KeyRing,
  'seal' | 'open' | 'sealForGood' | 'openForGood' | 'digest' | 'mac' | 'isMac'
>

/** What one wrapping key is worth: two keys derived from it. */
export type WrappingRoots = { readonly seal: Uint8Array; readonly mac: Uint8Array }

function derive(wrappingKey: Uint8Array, label: string, crypto: SyncCryptoPort): Uint8Array {
  return crypto.hkdfSha256(wrappingKey, new Uint8Array(0), utf8(label), 32)
}

export function rootsOf(wrappingKey: Uint8Array, crypto: SyncCryptoPort): WrappingRoots {
  return { seal: derive(wrappingKey, labels.seal, crypto), mac: derive(wrappingKey, labels.mac, crypto) }
}

/** The digest key of key files that had one wrapping key for everything. */
export function digestKeyOf(wrappingKey: Uint8Array, crypto: SyncCryptoPort): Uint8Array {
  return derive(wrappingKey, labels.digest, crypto)
}

export type WrappingKeys = {
  /** Makes what is new. */
  current(): WrappingRoots
  /** Everything that may have made what still lives, or makes it where the clock is a little ahead; the current one first. */
  accepted(): readonly WrappingRoots[]
  readonly digest: Uint8Array
}

export function createWrapping(keys: WrappingKeys, crypto: SyncCryptoPort): Wrapping {
  // A key per context: under one key for all, random nonces would begin to collide after some 2^32 answers (NIST SP 800-38D
  // section 8.3). It also binds the context, as the additional data does.
  const keyOf = (root: Uint8Array, context: string): Uint8Array => crypto.hmacSha256(root, utf8(context))
  // A second step, so that no pair of context and secret can be read as another pair.
  const sealKeyOf = (root: Uint8Array, context: string, secret: Uint8Array | undefined): Uint8Array => {
    const key = keyOf(root, context)
    return secret === undefined ? key : crypto.hmacSha256(key, secret)
  }
  // Context and secret enter by two steps, so no pair of them can be read as another pair.
  const keyed = (root: Uint8Array, context: string, secret: string): string =>
    toBase64url(crypto.hmacSha256(keyOf(root, context), utf8(secret)))

  const sealUnder = (key: Uint8Array, context: string, plaintext: Uint8Array): string => {
    const nonce = crypto.random(nonceBytes)
    return toBase64url(concat(nonce, crypto.seal(key, nonce, utf8(context), plaintext)))
  }
  const openUnder = (candidates: readonly Uint8Array[], context: string, sealed: string): Uint8Array => {
    const bytes = bytesOf(sealed)
    const nonce = bytes.subarray(0, nonceBytes)
    for (const key of nonce.length === nonceBytes ? candidates : []) {
      const plaintext = crypto.open(key, nonce, utf8(context), bytes.subarray(nonceBytes))
      if (plaintext !== null) return plaintext
    }
    throw new HoldfastError('store_unavailable')
  }
  const goodRoot = derive(keys.digest, labels.good, crypto)

  return {
    seal: (context: string, plaintext: Uint8Array, secret?: Uint8Array): string =>
      sealUnder(sealKeyOf(keys.current().seal, context, secret), context, plaintext),
    open: (context: string, sealed: string, secret?: Uint8Array): Uint8Array =>
      openUnder(
        keys.accepted().map(({ seal: root }) => sealKeyOf(root, context, secret)),
        context,
        sealed,
      ),
    sealForGood: (context: string, plaintext: Uint8Array): string =>
      sealUnder(keyOf(goodRoot, context), context, plaintext),
    openForGood: (context: string, sealed: string): Uint8Array =>
      openUnder([keyOf(goodRoot, context)], context, sealed),
    digest: (context: string, secret: string): string => keyed(keys.digest, context, secret),
    mac: (context: string, text: string): string => keyed(keys.current().mac, context, text),
    isMac: (context: string, text: string, mac: string): boolean =>
      keys.accepted().some(({ mac: root }) => equal(utf8(mac), utf8(keyed(root, context, text)))),
  }
}

function bytesOf(sealed: string): Uint8Array {
  try {
    return fromBase64url(sealed)
  } catch (cause) {
    throw new HoldfastError('store_unavailable', { cause })
  }
}
