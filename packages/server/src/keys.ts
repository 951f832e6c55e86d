/** The server's private keys as the features see them. Where they live is the provider's business (key-file.ts). */
import type { PrivateKey, PublicJwk, VerifyKey } from '@holdfast/core'

export type SigningKeyEntry = {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  readonly jwk: PublicJwk
  readonly privateKey: PrivateKey
}

export interface KeyRing {
  /** Signs the service statement. */
  service(): SigningKeyEntry
  /** Thumbprints apps should pin: the current service key's and the next one's. */
  servicePins(): readonly string[]
  /** Signs access tokens, answers, time and enrolment answers. */
  token(): SigningKeyEntry
  /** Every token key still accepted or about to be used: the statement's `keys`. */
  tokenKeys(): ReadonlyArray<{ readonly kid: string; readonly jwk: PublicJwk; readonly verifyKey: VerifyKey }>
  /** Signs the identity handed to backends. */
  forward(): SigningKeyEntry
  /** Seals a small secret at rest (AES-256-GCM under the wrapping key). `context` is authenticated: a sealed value opens only in its place. */
  seal(context: string, plaintext: Uint8Array): string
  /** Throws `store_unavailable` when it does not open: the store holds something this service did not write. */
  open(context: string, sealed: string): Uint8Array
  /** A keyed digest (HMAC-SHA-256, b64u) for short secrets at rest: it cannot be searched without the wrapping key. */
  digest(context: string, secret: string): string
  /** Changes when the set of keys changed, so that the statement is made anew. */
  version(): string
}
