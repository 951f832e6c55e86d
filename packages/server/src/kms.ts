/**
 * Where the service's private keys live and work. The key file says of each key what its provider finds it by: for keys in
 * the file that is the key itself (kms-file.ts), for keys in a token their name there (pkcs11/).
 */
import type { KeyPair } from '@holdfast/core'

export type KeyPlace = 'file' | 'pkcs11'

export type PlacedKeyPair = KeyPair & { readonly place: KeyPlace }

/** How the key the file is encrypted under is found again. It stands in the file, readable and authenticated. */
export type Recipe =
  | {
      /** RFC 7914: the key is derived from the passphrase. */
      readonly kind: 'scrypt'
      readonly N: number
      readonly r: number
      readonly p: number
      /** 16 bytes, b64u. */
      readonly salt: string
    }
  | {
      /** The key is wrapped (AES-256-GCM) by a key in the token. */
      readonly kind: 'pkcs11'
      /** CKA_ID of that key, b64u. */
      readonly key: string
      readonly nonce: string
      readonly wrapped: string
    }

/** What keeps the key file closed to whoever can read it. Keys it returns are the caller's to overwrite. */
export interface Protection {
  /** `renew`: under a new key in the token, too, where there is one. */
  create(renew: boolean): Promise<{ readonly recipe: Recipe; readonly key: Uint8Array }>
  /** Null when the recipe is of another kind. Throws TypeError when the key cannot be had. */
  find(recipe: Recipe): Promise<Uint8Array | null>
}

export interface Kms {
  /** A new P-256 signing key; what the key file shall say of it. `label` is for people who look into a token. */
  readonly createKey: (label: string) => string
  /** Throws TypeError when there is no such key, or not of this kind. */
  readonly openKey: (said: string) => PlacedKeyPair
  /** False for a key that is not where `createKey` makes them: it comes from before there was a token. */
  readonly isOwn: (said: string) => boolean
  /** Null: the key file is readable for whoever can read files. */
  readonly protection: Protection | null
}
