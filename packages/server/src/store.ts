/**
 * The two store ports of the server. Each method is one security act: it names what is atomic and what racers get, and
 * `stores/contract` runs every act with 50 racers against every implementation.
 *
 * Times are milliseconds since 1970 by the server's clock. A store that cannot be reached rejects with
 * HoldfastError `store_unavailable`; it never answers from memory what it could not read.
 */
import type { ApprovalStore } from './store-approvals.ts'
import type { FactorStore } from './store-factors.ts'
import type {
  ActivationRecord,
  AuditEntry,
  DeviceRecord,
  EnrolmentRecord,
  FamilyRecord,
  RepeatRecord,
  StoredAuditEntry,
} from './store-records.ts'

export type * from './store-approvals.ts'
export type * from './store-factors.ts'
export type * from './store-records.ts'

export type OperatorRecord = { name: string; secretDigest: string; createdAt: number }

export type RotateInput = {
  presentedDigest: string
  nextDigest: string
  deviceId: string
  now: number
  nextIdleAt: number
  /** How long the immediate predecessor still gets the successor's answer. */
  graceMs: number
  /** Holds the answer with the successor in it; a `repeated` request keeps the answer it gets under this hash instead. */
  repeat: RepeatRecord
  /** Written with a rotation only; the caller appends its own entry for `reused`. */
  audit: AuditEntry
}
export type RotateResult =
  | { kind: 'rotated' }
  /**
   * The immediate predecessor came again from the same device within the grace: here is what its successor got, kept for
   * this request too in the same act.
   */
  | { kind: 'repeated'; sealedAnswer: string }
  /** An older token came: the family was alive and is ended now. */
  | { kind: 'reused'; sid: string }
  /** Unknown, ended, expired, of another device, or its device is revoked. */
  | { kind: 'refused' }

export type ClaimInput = {
  deviceId: string
  /** Keyed digest of the Idempotency-Key: the key itself opens the kept answer and is not in the store. */
  idempotencyKey: string
  /** Digest, keyed likewise, of method, target and covered fields: the same key with another request is refused. */
  fingerprint: string
  now: number
  expiresAt: number
}
export type ClaimResult =
  | { kind: 'new' }
  | { kind: 'running'; since: number }
  | { kind: 'answered'; sealedAnswer: string }
  /** Ran to the end, but the answer was too large to keep. */
  | { kind: 'executed' }
  /** Reached the backend; nobody knows how it ended. */
  | { kind: 'unknown' }
  | { kind: 'mismatch' }
export type ClaimOutcome =
  | { kind: 'answered'; sealedAnswer: string }
  | { kind: 'executed' }
  | { kind: 'unknown' }

/** What other nodes must forget. `all`: the feed was cut for a moment and may have missed some, so forget everything. */
export type Invalidation = { device: string } | { sid: string } | { all: true }

export interface InvalidationFeed {
  /**
   * When (performance.now() milliseconds) this node last had proof that it hears every invalidation.
   * A cache is trusted only while this is recent; an in-process feed answers Infinity.
   */
  freshAt(): number
  close(): Promise<void>
}

/** Durable facts. PGlite, PostgreSQL and memory implement it. */
export interface DurableStore extends FactorStore, ApprovalStore {
  /** True while no device was ever enrolled: then no signature was ever accepted (docs/protocol.md 3.5). */
  isPristine(): Promise<boolean>

  addActivation(activation: ActivationRecord, audit: AuditEntry): Promise<void>
  /**
   * Counts one try, durably, and only then returns the record. Null when the code is unknown, used, expired or has had
   * `limit` tries. Of any number of racers at most `limit` get the record.
   */
  takeActivationTry(codeId: string, limit: number, now: number): Promise<ActivationRecord | null>
  /** Uses the code up, opens the enrolment and keeps the answer, all or nothing. Exactly one racer gets true. */
  redeemActivation(
    codeId: string,
    enrolment: EnrolmentRecord,
    repeat: RepeatRecord,
    audit: AuditEntry,
  ): Promise<boolean>

  /** Null when unknown, completed or expired. */
  findEnrolment(id: string, now: number): Promise<EnrolmentRecord | null>
  /**
   * Counts one try of a one-time text for this user, durably, before the text is compared. At most `limit` racers get true
   * in the window that began with the first try; completing an enrolment clears the count.
   */
  takeOttTry(user: string, limit: number, windowMs: number, now: number): Promise<boolean>
  /**
   * Closes the enrolment, adds the device and keeps the answer, all or nothing. Exactly one racer gets `completed`; the others
   * get `gone`. `device_limit` (nothing changed) when the user has `maxDevices` live devices, suspended ones not counted; `key_known`
   * when the key was ever bound, or is an attempt key.
   */
  completeEnrolment(
    id: string,
    device: DeviceRecord,
    maxDevices: number,
    repeat: RepeatRecord,
    audit: AuditEntry,
  ): Promise<'completed' | 'gone' | 'device_limit' | 'key_known'>

  /** The sealed answer the identical request got before, or null. */
  findRepeat(requestHash: string, now: number): Promise<string | null>

  findDevice(id: string): Promise<DeviceRecord | null>
  findDeviceByKey(keyThumbprint: string): Promise<DeviceRecord | null>
  /** Newest first, revoked ones included; `user` null lists all. `before` is the createdAt of the last row seen. */
  listDevices(query: { user: string | null; limit: number; before?: number }): Promise<DeviceRecord[]>
  /**
   * Marks it revoked, ends its families, deletes its passcodes, presence keys and shares, and tells every node. Exactly one racer gets
   * the record, later ones null.
   */
  revokeDevice(id: string, now: number, audit: AuditEntry): Promise<DeviceRecord | null>

  /**
   * Starts a family by the device key alone, and keeps the answer. False, and nothing is written, when the device is unknown, revoked or
   * suspended, or has a current passcode.
   */
  startFamily(family: FamilyRecord, repeat: RepeatRecord, audit: AuditEntry): Promise<boolean>
  /** The family this refresh digest is or was current in, with its device. A read: decides nothing. */
  findFamilyByRefresh(digest: string): Promise<{ family: FamilyRecord; device: DeviceRecord } | null>
  /** Exactly one racer gets `rotated`; racers of the same device within the grace get `repeated`; older tokens end the family. */
  rotateRefresh(input: RotateInput): Promise<RotateResult>
  findSession(sid: string): Promise<{ family: FamilyRecord; device: DeviceRecord } | null>
  /** Ends it and tells every node. Exactly one racer gets true. */
  endFamily(sid: string, now: number, audit: AuditEntry): Promise<boolean>

  /** Exactly one racer of (device, key) gets `new`. An expired claim counts as absent. */
  claim(input: ClaimInput): Promise<ClaimResult>
  /** Only a running claim can be settled; a later settlement changes nothing. */
  settleClaim(deviceId: string, idempotencyKey: string, outcome: ClaimOutcome): Promise<void>
  /** Forgets a running claim: only when nothing was sent to the backend. */
  releaseClaim(deviceId: string, idempotencyKey: string): Promise<void>

  appendAudit(entry: AuditEntry): Promise<void>
  /** Oldest first, ids rising; `after` is the id of the last row seen. */
  readAudit(query: { after?: number; limit: number }): Promise<StoredAuditEntry[]>

  /** One document for all nodes, e.g. the service statement. */
  getDocument(name: string): Promise<{ sequence: number; value: string } | null>
  /** Replaces it only when `sequence` is greater than the stored one. Of racers with one sequence exactly one gets true. */
  putDocument(name: string, sequence: number, value: string): Promise<boolean>

  /** Adds it when no operator exists at all. Exactly one racer gets true. */
  addFirstOperator(operator: OperatorRecord, audit: AuditEntry): Promise<boolean>
  /** False when the name is taken. */
  addOperator(operator: OperatorRecord, audit: AuditEntry): Promise<boolean>
  findOperator(name: string): Promise<OperatorRecord | null>
  listOperators(): Promise<Array<{ name: string; createdAt: number }>>
  /** False when unknown, or when there are no more than `least`. */
  removeOperator(name: string, least: number, audit: AuditEntry): Promise<boolean>

  /** Hears the invalidations of every node, this one's own included, until closed. */
  subscribe(listener: (event: Invalidation) => void): Promise<InvalidationFeed>

  /** Forgets what has expired; safe to call from every node at any time. */
  purge(now: number): Promise<void>
  /** Resolves when the store answers, with its own clock (milliseconds since 1970); null where that is this process's. */
  ping(): Promise<number | null>
  close(): Promise<void>
}

/** What the nonce memory says of one use. */
export type NonceUse = {
  /** False when this (key, nonce) was used before. */
  first: boolean
  /** Signatures created before this moment (ms) may have been used before the memory began. */
  epoch: number
}

/** Short-lived facts: nonces, challenges, rates. Memory, PostgreSQL and Redis implement it. */
export interface ShortLivedStore {
  /**
   * Records one use and reads the epoch marker in the same atomic act. Exactly one racer of (key, nonce) gets `first`.
   * A missing marker (first start, restart, eviction, wipe) is set to `now` in that act. Synchronous where it can be.
   */
  useNonce(key: string, nonce: string, now: number, expiresAt: number): NonceUse | Promise<NonceUse>
  /** Sets a missing marker to 0: called at start, and only while the durable store is pristine. */
  markPristine(): Promise<void>
  /** Counts one hit and returns the count in the fixed window that began with the first. Of n racers each gets another number. */
  hit(key: string, windowMs: number, now: number): Promise<number>
  ping(): Promise<void>
  close(): Promise<void>
}
