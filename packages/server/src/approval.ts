/**
 * Approvals (docs/protocol.md 9): a request to a route with a form is carried out when its user has seen what it does and a key of this
 * device has said so, once.
 */
import type { ApprovalAnswer, ApprovalList } from '@holdfast/core'
import type { ApprovalForm } from './approval-form.ts'
import type { Deployment } from './deployment.ts'
import type { VerifiedRequest } from './request.ts'
import type { StoredApprovalState } from './store-approvals.ts'

/** An approved request on its way. */
export interface Approved {
  /** Canonical JSON, which the backend gets in the place of what was sent. */
  readonly body: Uint8Array
  /** Value of `Holdfast-Approval` for the backend: evidence it can verify again. */
  readonly evidence: string
  /** What became of it; each is the last word. Never rejects: what cannot be written stays reserved. */
  settle(status: number): Promise<void>
  unknown(): Promise<void>
  unsent(): Promise<void>
}

/** One hold as operators see it; times in milliseconds since 1970. */
export type Hold = {
  id: string
  user: string
  device: string
  title: string
  lines: Array<{ name: string; label: string; value: string }>
  reasons: string[]
  amount: { currency: string; value: string } | null
  createdAt: number
  expiresAt: number
  state: Exclude<StoredApprovalState, 'asked' | 'approved'> | 'expired'
  decisions: Array<{ operator: string; decision: 'release' | 'refuse'; at: number; note: string }>
  needed: number
}

export interface Approvals {
  /**
   * For a request whose claim is taken, after its body was checked. Spends its approval, or throws `approval_required` with a challenge
   * where it names none, `approval_body_refused`, `approval_refused`, `approval_expired`, `approval_held`, `transfer_refused`,
   * `passcode_not_set` where this device has nothing to approve with, `rate_limited`: then nothing was sent.
   */
  take(verified: VerifiedRequest, form: ApprovalForm, body: Uint8Array): Promise<Approved>
  /** Throws `approval_refused`, `approval_expired`, `passcode_refused`, `presence_refused`, `bad_request`. The same again is content. */
  prove(verified: VerifiedRequest, id: string, body: unknown): Promise<ApprovalAnswer>
  /** Its user said no. Content when it is over. */
  decline(verified: VerifiedRequest, id: string): Promise<ApprovalAnswer>
  list(verified: VerifiedRequest): Promise<ApprovalList>
  /** For operators. */
  holds(state: Hold['state']): Promise<{ holds: Hold[] }>
  /** Throws `not_found`, `second_operator_required`, `hold_decided`. */
  decide(
    id: string,
    decision: { readonly operator: string; readonly decision: 'release' | 'refuse'; readonly note: string },
  ): Promise<Hold>
}

export function createApprovals(_deployment: Deployment): Approvals {
  const notWritten = (): Promise<never> => Promise.reject(new TypeError('not written'))
  return {
    take: notWritten,
    prove: notWritten,
    decline: notWritten,
    list: notWritten,
    holds: notWritten,
    decide: notWritten,
  }
}
