/**
 * What the durable store knows of factors: passcode records, presence keys, the shares of split vault keys, and notices
 * (docs/protocol.md 11 to 14). As in store.ts each method is one security act; times are milliseconds since 1970.
 */
import type { PublicJwk } from '@holdfast/core'
import type { AuditEntry, DeviceRecord, FamilyRecord, RepeatRecord, Suspicion } from './store-records.ts'

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
  /** The approval it was begun for; null: it leads to an unlock. */
  approvalId: string | null
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
  /** Written with a try that is taken only. */
  readonly audit: AuditEntry
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
  /**
   * Replaces an earlier pending one of this device, and its share. False when the device is unknown, revoked or suspended, another
   * device has this attempt key, or any has it as its device key. The same id of this device again is content and changes nothing.
   */
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
  /**
   * The first state is kept, and given to every racer; `repeat` is kept with it, by those alone whose state it is. Null when the login
   * is unknown.
   */
  saveLogin(id: string, sealedState: string, repeat: RepeatRecord): Promise<string | null>
  /** Null when unknown, finished or expired. */
  findLogin(id: string, now: number): Promise<LoginRecord | null>
  /**
   * Ends the login `factor.id`, writes the factor down, keeps the answer, forgets the device's tries and gives this one back to its
   * user; all or nothing. One racer gets true. False when it has ended or was begun for an approval, or its passcode or device is gone or suspended.
   */
  finishLogin(factor: FactorRecord, repeat: RepeatRecord, audit: AuditEntry): Promise<boolean>
  /**
   * Suspends the device, removes its passcodes and proved factors, ends its sessions and tells every node. One racer gets true. Of a
   * passcode only its attempt key stays, so that the refusals it gets can be signed. Its shares stay: nothing reaches them any more.
   */
  suspendDevice(id: string, reason: Suspicion, now: number, audit: AuditEntry): Promise<boolean>
}

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
  /** Replaces the one before, with its share. False when the device is unknown, revoked or suspended. */
  addPresence(presence: PresenceRecord, audit: AuditEntry): Promise<boolean>
  findPresence(id: string): Promise<PresenceRecord | null>
  findPresenceOf(deviceId: string): Promise<PresenceRecord | null>
  /** With its share. One racer gets true; false when there was none. */
  removePresence(deviceId: string, audit: AuditEntry): Promise<boolean>
  addPresenceChallenge(challenge: PresenceChallengeRecord): Promise<void>
  /** Exactly one racer gets it; null when unknown, taken, expired or of another device. */
  takePresenceChallenge(id: string, deviceId: string, now: number): Promise<PresenceChallengeRecord | null>
  /**
   * Writes the factor down, raises the counter and keeps the answer. False, and nothing is written, when the counter is not above the
   * one that stands (0 and 0: the key has none), or the key is gone, or its device is revoked or suspended.
   */
  passPresence(
    factor: FactorRecord,
    counter: number,
    repeat: RepeatRecord,
    audit: AuditEntry,
  ): Promise<boolean>
}

export type ReleaseInput = {
  readonly deviceId: string
  readonly way: string
  /** The number the device says it holds. */
  readonly held: number
  /** When the login or challenge began that it said so in. */
  readonly askedAt: number
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
  /** So it seems, but the share moved on after `askedAt`. Nothing was given and nothing changed. */
  | { kind: 'late' }
  /** Deleted, or of a device that is revoked; or the device holds one this store never gave. */
  | { kind: 'gone' }
  /** Nothing was given and nothing changed. */
  | { kind: 'suspended' }

export interface ShareStore {
  /**
   * One row per (device, way). `held` = number: the current share and the one after it. `held` = number + 1 while that one waits: it
   * becomes the current one first. Smaller: `clone`, or `late`. Each release gives the device the next mark; racers get different marks.
   */
  releaseShare(input: ReleaseInput): Promise<ReleaseResult>
  /**
   * The remote wipe, without a revocation: every share of the device is gone, none is ever made again, its sessions end, and every
   * node hears it; once: later ones change nothing. True when there was one.
   */
  wipeShares(deviceId: string, now: number, audit: AuditEntry): Promise<boolean>
  /** Whether the shares of this device were deleted for good. A read: decides nothing. */
  wasWiped(deviceId: string): Promise<boolean>
  /** Rises with every deletion of shares, in the same act; a store put back from a backup counts lower than it did. */
  wipeCount(): Promise<number>
  /**
   * What operators decide about a store that was put back: the count is raised to `least` at least, and with `forget` every share
   * there goes first, as by `wipeShares` but for the sessions. The count as it is then.
   */
  settleWipes(
    decision: { readonly least: number; readonly forget: boolean },
    audit: AuditEntry,
  ): Promise<number>
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
  /** What this user's devices should know, newest first: security events after `since`. */
  listNotices(query: { user: string; since: number; limit: number }): Promise<Notice[]>
}
