/**
 * What the client needs from the machine it runs on. A platform (`@holdfast/client/node`, `/testing`) implements these
 * ports; nothing above them touches a device, a socket or a clock.
 */
import type { CryptoPort, EnrolmentRequest, PublicJwk } from '@holdfast/core'

export type StoredKey = {
  readonly publicJwk: PublicJwk
  /** RFC 7638. */
  readonly thumbprint: string
}

/**
 * Keeps device keys; the private half never leaves it. It tells two failures apart: `key_missing` only when it is certain
 * that there is no such key, `key_unavailable` for everything else (locked, busy, broken). A client that took the second
 * for the first would throw away good enrolments.
 */
export interface Keystore {
  /** Makes a P-256 key under a label that is not in use. */
  create(label: string): Promise<StoredKey>
  /** Null only when there certainly is none; else rejects with `key_unavailable`. */
  find(label: string): Promise<StoredKey | null>
  /** ECDSA P-256 with SHA-256, 64 bytes r ‖ s. Rejects with `key_missing` or `key_unavailable`. */
  sign(label: string, data: Uint8Array): Promise<Uint8Array>
  /** Resolves also when there was none. */
  remove(label: string): Promise<void>
}

/** Small named texts. */
export interface RecordStore {
  /** Null only when there certainly is none; a record that cannot be read rejects. */
  get(name: string): Promise<string | null>
  /** Atomic and durable: after a crash the record is the old one or the new one, never a mixture. */
  put(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
}

/** A request as it goes over the wire: these bytes and fields, and of its own the network adds only framing. */
export type Outgoing = {
  readonly method: string
  /** Absolute. The target is sent exactly as it stands here. */
  readonly url: string
  /** Lower-case names, each once. */
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}

export type NetworkRequest = Outgoing & {
  readonly timeoutMs: number
  /**
   * What has to arrive within the time: streams may last, our own small answers may not. An answer with the field
   * `Holdfast-Error` is one of ours, so it has to arrive whole in either case.
   */
  readonly timeoutCovers: 'head' | 'answer'
  readonly signal?: AbortSignal
  /**
   * SHA-256 of the SubjectPublicKeyInfo of each key the server may show, b64u. A network that enforces pins looks at the key in
   * the handshake of each connection and rejects with `server_key_refused` before the first octet of the request, `cause`
   * being a {@link RefusedKey}. A connection made under other pins is not used again, nor is a session resumed. Absent: not pinned.
   */
  readonly pins?: readonly string[]
  /** The client certificate to show, for the device key under `label`; PEM. */
  readonly identity?: { readonly label: string; readonly certificate: string }
}

/** Which server was refused, and the key it showed, as in `pins`. */
export type RefusedKey = { readonly host: string; readonly key: string }

export type NetworkAnswer = {
  readonly status: number
  /** Flat list name, value, name, value … as received. */
  readonly rawFields: readonly string[]
  readonly body: ReadableStream<Uint8Array>
}

/** Rejects with any error when no answer came. Follows no redirects, sends nothing twice, keeps no cookies. */
export type Network = (request: NetworkRequest) => Promise<NetworkAnswer>

export interface Clock {
  /** Milliseconds since 1970, as the device believes; it may be wrong. */
  now(): number
  /** Milliseconds that never go back and do not follow changes of the wall clock. */
  monotonic(): number
  sleep(ms: number): Promise<void>
}

export type Platform = {
  readonly name: EnrolmentRequest['platform']
  readonly crypto: CryptoPort
  readonly keystore: Keystore
  readonly storage: RecordStore
  readonly network: Network
  readonly clock: Clock
  /**
   * What its network can do about TLS. A browser's can do neither: there a page served by somebody else has no protection
   * whatever its code says (docs/protocol.md 2.4).
   */
  readonly tls: { readonly pins: boolean; readonly identity: boolean }
}
