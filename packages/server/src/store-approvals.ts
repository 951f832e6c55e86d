/**
 * What the durable store knows of approvals and of the money they moved (docs/protocol.md 9). As in store.ts each method is one security
 * act; times are milliseconds since 1970, money is in minor units.
 */
import type { Acr, ApprovalReason } from '@holdfast/core'
import type { AuditEntry } from './store-records.ts'

export type StoredApprovalState = 'asked' | 'approved' | 'held' | 'released' | 'spent' | 'refused'

export type ApprovalRecord = {
  id: string
  deviceId: string
  user: string
  state: StoredApprovalState
  /** Keyed digest of all that reaches the backend of it: the one request it is for. */
  requestDigest: string
  /** The challenge, title, lines and what else operators see, sealed under the wrapping key. */
  sealedContent: string
  /** Null until approved; then what a backend gets, sealed likewise. */
  sealedEvidence: string | null
  /** By what it was approved. */
  acr: Exclude<Acr, 'device'> | null
  /** Why it is, or was, held. */
  reasons: readonly ApprovalReason[]
  createdAt: number
  /** Of the state it is in: past it, it counts as expired and only its listing is left. */
  expiresAt: number
}

export type HoldDecision = {
  operator: string
  decision: 'release' | 'refuse'
  /** What the operator wrote down, for other operators; sealed together with what he decided and why it was held. */
  note: string
  at: number
}

export type HoldInput = {
  readonly reasons: readonly ApprovalReason[]
  readonly expiresAt: number
  readonly now: number
  /** Of one user, so that nobody hides the others of the operators' list. */
  readonly most: number
}

/** One payment of one approval, as the limits count it. */
export type TransferEntry = {
  approvalId: string
  /** Its place in a batch, from 0. */
  part: number
  user: string
  deviceId: string
  /** Keyed digest of the payee's account. */
  payee: string
  /** Keyed digest of the network it was sent from. */
  network: string
  currency: string
  amountMinor: bigint
  at: number
  /** `reserved` counts like `committed`: nobody knows yet that it did not happen. */
  state: 'reserved' | 'committed'
}

export type TransferLimit = {
  readonly name: string
  /** Whose transfers are added up: those of the same user, device, or user and payee. */
  readonly of: 'user' | 'device' | 'payee'
  /** A rolling window, so that no midnight lies between two of them. */
  readonly windowMs: number
  /** At most so much together with the new ones; null: not bounded by it. */
  readonly sumMinor: bigint | null
  readonly count: number | null
}

export type SpendInput = {
  readonly id: string
  readonly deviceId: string
  readonly requestDigest: string
  readonly now: number
  /** Written with the spending; empty where no transfer is counted. */
  readonly entries: readonly TransferEntry[]
  /** None may be passed. */
  readonly limits: readonly TransferLimit[]
  readonly audit: AuditEntry
}
export type SpendResult =
  | { kind: 'spent' }
  /** Nothing was changed: these limits would be passed. */
  | { kind: 'over'; limits: string[] }
  /** Unknown, of another device or request, not approved, spent, expired, or its device is revoked or suspended. */
  | { kind: 'gone' }

/** Habits of one user, before a transfer. */
export type TransferHabits = {
  /** When this payee was first paid; null: never. */
  readonly payeeSince: number | null
  /** When this network was first used; null: never. */
  readonly networkSince: number | null
  /** Transfers in the window, and the largest of them. */
  readonly count: number
  readonly largestMinor: bigint
}

export interface ApprovalStore {
  /** False when the device is unknown, revoked or suspended, or has `most` open ones (asked, not expired) already. */
  addApproval(record: ApprovalRecord, most: number, audit: AuditEntry): Promise<boolean>
  findApproval(id: string): Promise<ApprovalRecord | null>
  /** Newest first: of one device, or of all that were held, are in `state` and have not expired. */
  listApprovals(
    query: ({ readonly deviceId: string } | { readonly state: StoredApprovalState; readonly now: number }) & {
      readonly limit: number
    },
  ): Promise<ApprovalRecord[]>
  /**
   * From `asked` to `approved`. Of a passcode it ends the login `login`, which was begun for this approval, forgets the device's tries
   * and gives this one back to its user; of a passkey it raises the counter. All or nothing; one racer gets true. False when it is not
   * asked any more or expired, the login has ended or was begun for something else, the counter is not above the one that stands (0 and
   * 0: the key has none) or the key is gone, or the device is revoked or suspended.
   */
  approve(input: {
    readonly id: string
    readonly deviceId: string
    readonly acr: Exclude<Acr, 'device'>
    readonly sealedEvidence: string
    readonly login: string | null
    readonly presence: { readonly id: string; readonly counter: number } | null
    readonly now: number
    readonly audit: AuditEntry
  }): Promise<boolean>
  /** From `asked` to `refused`, because its user said no. One racer gets true. */
  declineApproval(id: string, deviceId: string, now: number, audit: AuditEntry): Promise<boolean>
  /**
   * From `approved` or `released` to `held`. One racer gets `held`. Decisions before this are forgotten. `full`: `most` others of its user
   * are held already. `gone`: somebody was first, it has expired, or its device is revoked or suspended.
   */
  holdApproval(id: string, hold: HoldInput, audit: AuditEntry): Promise<'held' | 'full' | 'gone'>
  /**
   * One operator's word about a hold. A refusal counts at once; a release when `needed` different operators have released it, and then
   * the approval lives until `releasedUntil`. `same_operator`: this one has spoken already. `gone`: not held, expired, or to be released
   * to a device that is revoked or suspended. `audit`: whether it ends the hold is known here alone.
   */
  decideHold(
    id: string,
    decision: HoldDecision,
    rule: { readonly needed: number; readonly releasedUntil: number },
    audit: (decides: boolean) => AuditEntry,
  ): Promise<'noted' | 'released' | 'refused' | 'same_operator' | 'gone'>
  listHoldDecisions(ids: readonly string[]): Promise<Array<HoldDecision & { approvalId: string }>>
  /**
   * Spends an approved or released approval, and reserves its entries, unless a limit would be passed. Exactly one racer gets `spent`,
   * and racers of different approvals of one user never pass a limit together.
   */
  spendApproval(input: SpendInput): Promise<SpendResult>
  /** What a limit would say now; reserves nothing and decides nothing. Names of the limits that would be passed. */
  weighTransfers(entries: readonly TransferEntry[], limits: readonly TransferLimit[]): Promise<string[]>
  /**
   * What became of a spent one. `committed`: its money moved, or may have. `released`: the backend said no, nothing is counted.
   * `unsent`: nothing was sent, so it stands as before it was spent.
   */
  settleApproval(id: string, outcome: 'committed' | 'released' | 'unsent', now: number): Promise<void>
  /** Over committed and reserved transfers since `since`. */
  transferHabits(query: {
    readonly user: string
    readonly payee: string
    readonly network: string
    readonly currency: string
    readonly since: number
  }): Promise<TransferHabits>
  /** Wrong passcodes of this user that are still counted, on all devices (`TryLimits.accountWindowMs`). */
  countFailures(user: string, now: number): Promise<number>
}
