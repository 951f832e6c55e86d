/** Rules about where money goes (docs/protocol.md 9.5), as data: what a bank writes, checked when it is loaded. */
import type { ApprovalReason } from '@holdfast/core'
import type { Payment } from './approval-form.ts'
import type { DeviceRecord } from './store-records.ts'
import type { TransferHabits, TransferLimit } from './store-approvals.ts'

/** From the mildest: `ask` demands a passcode for this very payment, `hold` the word of operators. */
export const transferVerdicts = ['allow', 'ask', 'hold', 'refuse'] as const
export type TransferVerdict = (typeof transferVerdicts)[number]
type Consequence = Exclude<TransferVerdict, 'allow'>

/** Amounts are decimal strings of the one currency of the policy. */
type Rule = { readonly name: string; readonly verdict: Consequence }

export type TransferRule = Rule &
  (
    | {
        readonly kind: 'limit'
        readonly of: TransferLimit['of']
        /** Seconds; rolling. Absent: this one alone. */
        readonly perSeconds?: number
        readonly sum?: string
        readonly count?: number
        /** Only for devices bound less than so many seconds ago. */
        readonly deviceYoungerThanSeconds?: number
      }
    /** A payee first paid less than so long ago, or never. */
    | { readonly kind: 'payee'; readonly newerThanSeconds: number; readonly above?: string }
    /** More than `times` the largest of the last days; a user with fewer than `least` transfers has no habit. */
    | { readonly kind: 'habit'; readonly times: number; readonly least: number; readonly above?: string }
    /** A network this user has not paid from before. */
    | { readonly kind: 'place'; readonly above?: string }
    | { readonly kind: 'device'; readonly youngerThanSeconds: number; readonly above?: string }
    /** So many wrong passcodes of this user in the last days (policy.passcode.accountWindowSeconds). */
    | { readonly kind: 'suspicion'; readonly failures: number; readonly above?: string }
    /** CEL over {@link TransferFacts}; true means it applies. */
    | { readonly kind: 'expression'; readonly when: string }
  )

export type TransferPolicy = {
  readonly currency: string
  readonly rules: readonly TransferRule[]
  /** Days the habits are taken from. */
  readonly habitDays: number
  /** Operators who have to release a hold. */
  readonly releases: number
  /** How long a hold waits for them, and how long a released payment may then be sent. */
  readonly holdSeconds: number
  readonly releasedSeconds: number
}

export type TransferFacts = {
  readonly now: number
  readonly payments: readonly Payment[]
  readonly device: DeviceRecord
  /** One for each payment. */
  readonly habits: readonly TransferHabits[]
  /** Wrong passcodes of this user that are still counted. */
  readonly failures: number
}

export type Judgement = {
  readonly verdict: TransferVerdict
  /** Why, of the severest verdict and those below; sorted, each once. */
  readonly reasons: readonly ApprovalReason[]
  /** Of each rule that applied. */
  readonly applied: ReadonlyArray<{
    readonly name: string
    readonly verdict: Consequence
    readonly reason: ApprovalReason
  }>
}

export interface TransferRules {
  /** What the store has to add up, each under its rule's name. */
  limitsFor(facts: Pick<TransferFacts, 'device' | 'now'>): readonly TransferLimit[]
  /** `passed`: names of limits that would be passed. Throws nothing: a rule that fails to evaluate applies. */
  judge(facts: TransferFacts, passed: readonly string[]): Judgement
}

/** Refuses with TypeError, naming the rule, what does not fit: an expression of the wrong type, an amount of another form, a name twice. */
export function createTransferRules(_policy: TransferPolicy): TransferRules {
  throw new TypeError('not written')
}
