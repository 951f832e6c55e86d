/**
 * The one door to cryptography. Core never touches a global: node:crypto (`@holdfast/core/node-crypto`, synchronous and
 * several times as fast) and WebCrypto (`@holdfast/core/web-crypto`) implement this port and pass one suite.
 */
export type Awaitable<T> = T | Promise<T>

/** Exactly these four members: SPKI and other forms are never taken (OpenSSL accepts keys with a wrong cofactor there). */
export type PublicJwk = { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }

declare const brand: unique symbol
/** Opaque: only the provider that made it can read it. */
export type PrivateKey = { readonly [brand]: 'private' }
export type VerifyKey = { readonly [brand]: 'verify' }

export type KeyPair = { readonly publicJwk: PublicJwk; readonly privateKey: PrivateKey }

/** HPKE suites (RFC 9180) for sealing; both with HKDF-SHA256 and AES-256-GCM. `x-wing` is the hybrid of X25519 and ML-KEM-768. */
export type SealingSuite = 'x25519' | 'x-wing'

/** Opaque, as {@link PrivateKey}. */
export type HpkePrivateKey = { readonly [brand]: 'hpke' }

/** RFC 9180 section 6.1 in base mode: one context per message, so no sequence numbers are ever shared. */
export interface HpkeSender {
  /** The encapsulated key, to be sent along. */
  readonly enc: Uint8Array
  seal(aad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array>
  /** RFC 9180 section 5.3. */
  export(context: Uint8Array, length: number): Promise<Uint8Array>
}
export interface HpkeRecipient {
  /** Null when it does not open. */
  open(aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array | null>
  export(context: Uint8Array, length: number): Promise<Uint8Array>
}

/** Hybrid public key encryption (RFC 9180), base mode. */
export interface HpkePort {
  /** What this provider can do where it runs. */
  readonly suites: readonly SealingSuite[]
  /** RFC 9180 DeriveKeyPair from 32 random octets: whoever keeps a key keeps its seed. */
  deriveKeyPair(
    suite: SealingSuite,
    seed: Uint8Array,
  ): Promise<{ readonly publicKey: Uint8Array; readonly privateKey: HpkePrivateKey }>
  /** Rejects with HoldfastError `bad_request` for a public key that is none (length, point, all-zero result). */
  sender(suite: SealingSuite, publicKey: Uint8Array, info: Uint8Array): Promise<HpkeSender>
  /** Null when `enc` is no encapsulated key of this suite, or the key is erased. */
  recipient(
    suite: SealingSuite,
    privateKey: HpkePrivateKey,
    enc: Uint8Array,
    info: Uint8Array,
  ): Promise<HpkeRecipient | null>
  /** The key opens nothing afterwards. Its octets are zeroed where they are ours; what a platform holds, it frees in its own time. */
  erase(privateKey: HpkePrivateKey): void
}

export interface CryptoPort {
  readonly hpke: HpkePort
  random(length: number): Uint8Array
  sha256(data: Uint8Array): Awaitable<Uint8Array>
  hmacSha256(key: Uint8Array, data: Uint8Array): Awaitable<Uint8Array>
  /** RFC 5869. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Awaitable<Uint8Array>
  /** A new P-256 pair. The private half is not exportable where the platform can promise it. */
  generateKeyPair(): Awaitable<KeyPair>
  /** Throws HoldfastError `bad_request` when the point is not on the curve. */
  importPublicKey(jwk: PublicJwk): Awaitable<VerifyKey>
  /** ECDSA P-256 with SHA-256; 64 bytes r ‖ s (IEEE P1363). */
  sign(key: PrivateKey, data: Uint8Array): Awaitable<Uint8Array>
  /** True only for 64 bytes with r and s in 1…n-1 that verify. */
  verify(key: VerifyKey, data: Uint8Array, signature: Uint8Array): Awaitable<boolean>
  /** AES-256-GCM; returns ciphertext ‖ 16-byte tag. A nonce (12 bytes) must never repeat under one key. */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Awaitable<Uint8Array>
  /** Null when the tag does not verify. */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Awaitable<Uint8Array | null>
}

/** A provider whose answers need no waiting: the server's hot path makes no promise per check. */
export interface SyncCryptoPort extends CryptoPort {
  sha256(data: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array
  generateKeyPair(): KeyPair
  importPublicKey(jwk: PublicJwk): VerifyKey
  sign(key: PrivateKey, data: Uint8Array): Uint8Array
  verify(key: VerifyKey, data: Uint8Array, signature: Uint8Array): boolean
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null
}
