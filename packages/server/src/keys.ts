/** The server's private keys as the features see them. Where they live is the provider's business (key-file.ts). */
import type { PrivateKey, PublicJwk, VerifyKey } from '@holdfast/core'

export type SigningKeyEntry = {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  readonly jwk: PublicJwk
  readonly privateKey: PrivateKey
}

/** A CA of this deployment: its key and its certificate. */
export type CaEntry = SigningKeyEntry & {
  /** DER. */
  readonly certificate: Uint8Array
}

export interface KeyRing {
  /** Signs the service statement. */
  service(): SigningKeyEntry
  /** Thumbprints apps should pin: the current service key's and the next one's. */
  servicePins(): readonly string[]
  /** Thumbprints of every service key a phone may have met in a valid statement: the pins, and for a while the one before. */
  serviceThumbprints(): readonly string[]
  /** Signs access tokens, answers, time and enrolment answers. */
  token(): SigningKeyEntry
  /** Every token key still accepted or about to be used: the statement's `keys`. */
  tokenKeys(): ReadonlyArray<{ readonly kid: string; readonly jwk: PublicJwk; readonly verifyKey: VerifyKey }>
  /** Signs the identity handed to backends. */
  forward(): SigningKeyEntry
  /**
   * Seals a small secret at rest (AES-256-GCM under the wrapping key). `context` is authenticated: a sealed value opens only in its place.
   * With a `secret`, which the store must not hold, it opens for nobody who lacks it, not even with the wrapping key.
   */
  seal(context: string, plaintext: Uint8Array, secret?: Uint8Array): string
  /** Throws `store_unavailable` when it does not open: the store holds something this service did not write. */
  open(context: string, sealed: string, secret?: Uint8Array): Uint8Array
  /**
   * As `seal`, under a key no rotation changes: only for what lives for years and opens nothing by itself. A sealed value is lost a day
   * after the wrapping key was rotated; this one is not.
   */
  sealForGood(context: string, plaintext: Uint8Array): string
  /** Throws `store_unavailable`, as `open` does. */
  openForGood(context: string, sealed: string): Uint8Array
  /**
   * A keyed digest (HMAC-SHA-256, b64u) to look something up by: one key for good, since what is looked up must be found. Only for
   * secrets of 128 random bits or more, which nobody searches even with that key; and as a MAC that holds for good.
   */
  digest(context: string, secret: string): string
  /** A MAC (HMAC-SHA-256, b64u) under the wrapping key of today: for what is short, or may be forged by nobody. */
  mac(context: string, text: string): string
  /** True for a MAC under any wrapping key still accepted; compared in constant time. */
  isMac(context: string, text: string, mac: string): boolean
  /**
   * The OPAQUE server setup (OPRF seed and AKE key, docs/protocol.md 11) as @serenity-kit/opaque writes it, and its public key, b64u. It
   * never rotates: every passcode record depends on it. It lives in this process's memory while a provider could keep keys elsewhere.
   */
  opaque(): { readonly setup: string; readonly publicKey: string }
  /** Issues client certificates; null until an operator made it (`holdfast keys ca`). */
  ca(): CaEntry | null
  /** DER of every CA certificate under which client certificates are accepted: during an overlap there are two. */
  caCertificates(): readonly Uint8Array[]
  /** Changes when the set of keys changed, so that the statement is made anew. */
  version(): string
}
