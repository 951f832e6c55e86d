/**
 * What the durable store knows of factors: passcode records, presence keys, the shares of split vault keys, and notices
 * (docs/protocol.md 11 to 14). As in store.ts each method is one security act; times are milliseconds since 1970.
 */
import type { PublicJwk } from '@holdfast/core'
import type { AuditEntry, DeviceRecord, FamilyRecord, RepeatRecord } from './store.ts'

/** One passcode of one device. `pending` until a session was opened with it; then it replaces the one before. */
export type PasscodeRecord = {
  id: string
  deviceId: string
  /** The OPAQUE registration upload, sealed under the wrapping key. */
  sealedUpload: string
  /** May sign the messages that lead to an unlock; null where the device key itself can. */
  attemptKey: PublicJwk | null
  attemptKeyThumbprint: string | null
  state: 'pending' | 'current'
  createdAt: number
}

/** One OPAQUE login between its two messages. */
export type LoginRecord = {
  id: string
  deviceId: string
  recordId: string
  /** Keyed digest of the KE1: the same one again is no second try. */
  ke1Digest: string
  /** The server's state and its KE2, sealed under the wrapping key; null until computed. */
  sealedState: string | null
  createdAt: number
  expiresAt: number
}

/** A factor that was proved and may open one session. `id` is that of the login or challenge. */
export type FactorRecord = {
  id: string
  deviceId: string
  kind: 'passcode' | 'presence'
  /** Passcode record or presence key. */
  way: string
  provedAt: number
  expiresAt: number
}

/** Numbers of policy.passcode, as the act needs them. */
export type TryLimits = {
  /** Tries before the first lock. */
  readonly tries: number
  /** Milliseconds of each lock in turn; each lets one more try through when it is over. After the last the device is blocked. */
  readonly locksMs: readonly number[]
  /** Failed tries of one user over all his devices, past and present, within the window. */
  readonly accountTries: number
  readonly accountWindowMs: number
}
export type TryInput = {
  readonly login: LoginRecord
  readonly user: string
  readonly limits: TryLimits
  readonly now: number
}
export type TryResult =
  /** Counted, and the login written down. `left`: tries before the next lock. */
  | { kind: 'taken'; left: number }
  /** This KE1 came before: nothing counted. */
  | { kind: 'known'; login: LoginRecord; left: number }
  | { kind: 'locked'; until: number }
  | { kind: 'blocked' }
  /** No such record of this device. */
  | { kind: 'gone' }

export interface PasscodeStore {
  /** Replaces an earlier pending one of this device; false when the device is unknown or revoked. The same id again is content. */
  addPasscode(record: PasscodeRecord, audit: AuditEntry): Promise<boolean>
  findPasscode(id: string): Promise<PasscodeRecord | null>
  /** At most one pending and one current. */
  listPasscodes(deviceId: string): Promise<PasscodeRecord[]>
  findDeviceByAttemptKey(thumbprint: string): Promise<DeviceRecord | null>
  /**
   * Counts one try, durably, for the device and for its user, before anything is computed. Of any number of racers, however they
   * crash, at most `tries` are `taken` before the first lock, and one after each lock.
   */
  takePasscodeTry(input: TryInput): Promise<TryResult>
  /** Once; a later one changes nothing. */
  saveLogin(id: string, sealedState: string): Promise<void>
  /** Null when unknown, finished or expired. */
  findLogin(id: string, now: number): Promise<LoginRecord | null>
  /** Ends the login, writes the factor down, forgets the device's tries and gives this one back to its user. One racer gets true. */
  finishLogin(factor: FactorRecord, audit: AuditEntry): Promise<boolean>
  /**
   * Suspends the device, removes its passcodes, ends its sessions and tells every node. One racer gets true. Its shares stay: the
   * passcode may come back to its user before he proved who he is, but opens nothing until then.
   */
  suspendDevice(id: string, reason: Suspicion, now: number, audit: AuditEntry): Promise<boolean>
}

/** Why a device is suspended: only a new activation helps. */
export type Suspicion = 'passcode_forgotten' | 'clone'

export type PresenceRecord = {
  id: string
  deviceId: string
  kind: 'passkey' | 'key'
  /** Credential id of a passkey, thumbprint of a key. */
  keyName: string
  /** COSE key in b64u, or a public JWK as JSON. */
  publicKey: string
  /** WebAuthn signature counter. */
  counter: number
  /** A passkey that its maker copies to other devices (WebAuthn backup eligibility). */
  synced: boolean
  createdAt: number
}
export type PresenceChallengeRecord = {
  id: string
  deviceId: string
  /** The presence key it asks for; null while one is being registered. */
  presenceId: string | null
  challenge: string
  expiresAt: number
}

export interface PresenceStore {
  /** Replaces the one before, with its share. False when the device is unknown or revoked. */
  addPresence(presence: PresenceRecord, audit: AuditEntry): Promise<boolean>
  findPresence(id: string): Promise<PresenceRecord | null>
  findPresenceOf(deviceId: string): Promise<PresenceRecord | null>
  removePresence(deviceId: string, audit: AuditEntry): Promise<boolean>
  addPresenceChallenge(challenge: PresenceChallengeRecord): Promise<void>
  /** Exactly one racer gets it; null when unknown, taken, expired or of another device. */
  takePresenceChallenge(id: string, deviceId: string, now: number): Promise<PresenceChallengeRecord | null>
  /** Writes the factor down and raises the counter, unless it stands higher already or the key is gone: then false. */
  passPresence(factor: FactorRecord, counter: number, audit: AuditEntry): Promise<boolean>
}

export type ReleaseInput = {
  readonly deviceId: string
  readonly way: string
  /** The number the device says it holds. */
  readonly held: number
  /** Sealed, for the next number; used when none is waiting yet. */
  readonly fresh: string
  readonly now: number
}
export type ReleaseResult =
  | {
      kind: 'released'
      number: number
      sealedShare: string | null
      sealedNext: string
      mark: number
      nextMark: number
    }
  /** It holds an older one than was acknowledged. */
  | { kind: 'clone' }
  /** Deleted, or of a device that is revoked; or the device holds one this store never gave. */
  | { kind: 'gone' }

export interface ShareStore {
  /**
   * One row per (device, way). `held` = number: the current share and the one after it. `held` = number + 1 while that one waits: it
   * becomes the current one first. Smaller: `clone`. Each release gives the device the next mark; racers get different marks.
   */
  releaseShare(input: ReleaseInput): Promise<ReleaseResult>
  /** The remote wipe, without a revocation: every share of the device is gone for good. True when there was one. */
  wipeShares(deviceId: string, audit: AuditEntry): Promise<boolean>
  /** Counts every deletion of shares there ever was; a store put back from a backup counts lower than it did. */
  wipeCount(): Promise<number>
}

export type StartByFactor = {
  readonly family: FamilyRecord
  readonly factor: string
  readonly kind: FactorRecord['kind']
  readonly ack: { readonly number: number; readonly mark: number }
  readonly now: number
  readonly repeat: RepeatRecord
  readonly audit: AuditEntry
}

export type Notice = {
  id: number
  at: number
  /** An audit action its user should know of. */
  kind: string
  /** Name of the device it is about. */
  device: string
}

export interface FactorStore extends PasscodeStore, PresenceStore, ShareStore {
  /** Reads, deciding nothing: what a session by this factor would be of. */
  findFactor(id: string, now: number): Promise<FactorRecord | null>
  /**
   * Uses the factor up, takes the device's word for the shares it holds, makes a pending passcode the current one (then the device's
   * other sessions end, on every node), and starts the family; all or nothing. One racer gets `started`.
   */
  startFamilyByFactor(start: StartByFactor): Promise<'started' | 'device_revoked' | 'suspended' | 'refused'>
  /** What this user's other devices should know, newest first: security events of the last 90 days. */
  listNotices(user: string, limit: number): Promise<Notice[]>
}
