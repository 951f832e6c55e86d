/**
 * What the client needs from the machine it runs on. A platform (`@holdfast/client/node`, `/testing`) implements these
 * ports; nothing above them touches a device, a socket or a clock.
 */
import type { CryptoPort, EnrolmentRequest, PresenceKind, PublicJwk } from '@holdfast/core'

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
  /** Absent where hardware keeps the keys, or the platform pretends so. */
  readonly wrapped?: WrappedKeys
}

/**
 * What a keystore without hardware can do more: until {@link WrappedKeys.keep} a key made by `create` is in memory alone, afterwards on
 * disk wrapped and in memory only between {@link WrappedKeys.open} and {@link WrappedKeys.close}. `find` works all the time; `sign`
 * rejects with `locked` for a key that is not open.
 */
export interface WrappedKeys {
  /** Writes the key, which is in memory, wrapped under `wrappingKey` (32 bytes); one kept before is replaced. */
  keep(label: string, wrappingKey: Uint8Array): Promise<void>
  /** Rejects with `key_missing` when nothing was kept, `key_unavailable` when it does not open. The opened key cannot be exported. */
  open(label: string, wrappingKey: Uint8Array): Promise<void>
  /** Forgets every opened key. */
  close(): void
  /**
   * Attempt keys: P-256, stored bare and so readable by whoever has the disk. They sign the messages that lead to an unlock, which
   * anybody with this disk may send, and nothing else.
   */
  readonly attempts: Pick<Keystore, 'create' | 'find' | 'sign' | 'remove'>
}

/** Secrets of some octets. On phones behind the keystore and out of backups; on the web records like others, and said so. */
export interface SecretStore {
  /** True where what lies in it cannot be read from a copy of the disk. */
  readonly hardware: boolean
  /** Null only when there certainly is none. */
  get(name: string): Promise<Uint8Array | null>
  put(name: string, secret: Uint8Array): Promise<void>
  delete(name: string): Promise<void>
}

/** Argon2id (RFC 9106), version 0x13, without secret and associated data. Never on the thread that draws. */
export type Stretch = (
  password: Uint8Array,
  salt: Uint8Array,
  cost: {
    readonly memoryKiB: number
    readonly iterations: number
    readonly parallelism: number
    readonly length: number
  },
) => Promise<Uint8Array>

export type PresenceProofInput = {
  /** For `key`: signed as it stands (ASCII). */
  readonly text: string
  /** For `passkey`: the challenge to be signed, and the service's options (PublicKeyCredential…OptionsJSON). */
  readonly challenge: Uint8Array
  readonly options?: Record<string, unknown>
}

/** What one touch gave. `secret`: the biometric secret (32 bytes), null where the authenticator has none. */
export type PresenceProved = {
  readonly secret: Uint8Array | null
  /** The signature over `text` (64 bytes), or the WebAuthn response as JSON. */
  readonly proof: Uint8Array | Record<string, unknown>
}

/**
 * Finger or face, bound to a key and to a secret that a newly enrolled finger or face does not open. Everything a user or an
 * authenticator can do wrong is one outcome, `presence_failed`: on the web they cannot be told apart.
 */
export interface PresencePort {
  readonly kind: PresenceKind
  available(): Promise<boolean>
  /**
   * Makes key and secret under a label; one prompt or two. For `passkey`, `options` are the service's creation options and `challenge`
   * the one to be signed. `text` is the same for a key, given its thumbprint. Rejects with `presence_failed`, `presence_unsupported`.
   */
  create(
    label: string,
    input: Omit<PresenceProofInput, 'text'> & { readonly text: (thumbprint: string) => string },
  ): Promise<PresenceProved & { readonly publicJwk?: PublicJwk }>
  /** Rejects with `presence_failed`; with `presence_unknown` only where it is certain that key or secret is gone for good. */
  prove(label: string, input: PresenceProofInput): Promise<PresenceProved>
  /** The secret alone, without the service: for the offline store. Rejects as `prove` does. */
  secret(label: string): Promise<Uint8Array>
  remove(label: string): Promise<void>
}

export type SqlValue = string | number | bigint | Uint8Array | null
export type SqlRow = Readonly<Record<string, SqlValue>>

/**
 * One open encrypted database. All calls run one after another, each one statement. Errors: `vault_damaged`, `vault_unavailable`,
 * `storage_full`; TypeError, in the database's words, for SQL that is wrong or that a constraint refused.
 */
export interface SqlDatabase {
  exec(sql: string, parameters?: readonly SqlValue[]): Promise<SqlRow[]>
  /** All or nothing; gives the rows of each statement. */
  batch(
    statements: ReadonlyArray<readonly [sql: string, parameters?: readonly SqlValue[]]>,
  ): Promise<SqlRow[][]>
  /** Under another key from now on. */
  rekey(key: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Databases in the SQLCipher 4 format under a raw 32-byte key; one file of one platform opens on every other. */
export interface SqlPort {
  /**
   * Made when absent. Open once at a time, for all processes and windows: the second rejects with `vault_unavailable`. Rejects with
   * `vault_damaged` when the key is not its key or the file is torn.
   */
  open(name: string, key: Uint8Array): Promise<SqlDatabase>
  exists(name: string): Promise<boolean>
  /** Resolves also when there was none; rejects with `vault_unavailable` while it is open. */
  remove(name: string): Promise<void>
}

/** Large named things, streamed. Names are the caller's ids: they show on the disk. */
export interface FileStore {
  /** Null only when there certainly is none. */
  read(name: string): Promise<ReadableStream<Uint8Array> | null>
  /** Atomic: until the last byte is durable, readers see what was there before. Rejects with `storage_full`. */
  write(name: string, content: ReadableStream<Uint8Array>): Promise<void>
  list(): Promise<string[]>
  delete(name: string): Promise<void>
}

/** Small named texts. */
export interface RecordStore {
  /** Null only when there certainly is none; a record that cannot be read rejects. */
  get(name: string): Promise<string | null>
  /** Atomic and durable: after a crash the record is the old one or the new one, never a mixture. */
  put(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
  /** Names of all records that begin so. */
  list(prefix: string): Promise<string[]>
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
  /** Rings once when so much time has passed, or later; keeps no process alive. What it gives takes it back. */
  alarm(ms: number, ring: () => void): () => void
}

/**
 * Runs `act` while no other window or process that shares this storage runs one under this name; they wait. Rejects with
 * `vault_unavailable` when waiting is over.
 */
export type Exclusive = <Result>(name: string, act: () => Promise<Result>) => Promise<Result>

export type Platform = {
  readonly name: EnrolmentRequest['platform']
  readonly crypto: CryptoPort
  readonly keystore: Keystore
  readonly storage: RecordStore
  readonly network: Network
  readonly clock: Clock
  /** Two unlocks at once would show the service two different shares, which is what a copied phone looks like. */
  readonly exclusive: Exclusive
  readonly secrets: SecretStore
  readonly files: FileStore
  /** Null: no SQL here. */
  readonly sql: SqlPort | null
  /** Null: no Argon2id off the main thread, and so no passcode. */
  readonly stretch: Stretch | null
  /** Null: nothing here binds a key to finger or face. */
  readonly presence: PresencePort | null
  /**
   * What its network can do about TLS. A browser's can do neither: there a page served by somebody else has no protection
   * whatever its code says (docs/protocol.md 2.4).
   */
  readonly tls: { readonly pins: boolean; readonly identity: boolean }
  /** Makes what the app gets as an answer, where the runtime's own `Response` holds no stream. */
  readonly response?: (
    body: ReadableStream<Uint8Array>,
    init: { readonly status: number; readonly headers: Headers },
  ) => Response
}
