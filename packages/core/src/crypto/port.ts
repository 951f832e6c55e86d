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

export interface CryptoPort {
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
