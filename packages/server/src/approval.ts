/**
 * Approvals (docs/protocol.md 9): a request to a route with a form is carried out when its user has seen what it does and a key of this
 * device has said so, once.
 */
import { type ApprovalAnswer, approvalField, type ApprovalList, type ApprovalListed } from '@holdfast/core'
import { ask } from './approval-challenge.ts'
import type { ApprovalForm } from './approval-form.ts'
import { decideHold, type Hold, listHolds, type Word } from './approval-hold.ts'
import { prove } from './approval-proof.ts'
import { approvalEntry, findOwn, openContent, stateAt } from './approval-record.ts'
import { readRequest } from './approval-request.ts'
import { type Approved, spend } from './approval-spend.ts'
import type { ApprovalTools } from './approval-transfer.ts'
import type { Deployment } from './deployment.ts'
import { assertVerified, type VerifiedRequest } from './request.ts'
import type { ApprovalRecord } from './store.ts'
import { createTransferRules } from './transfer-rules.ts'

export type { Hold } from './approval-hold.ts'
export type { Approved } from './approval-spend.ts'

export interface Approvals {
  /**
   * For a request whose claim is taken, after its body was checked. Spends its approval, or throws `approval_required` with a challenge
   * where it names none, `approval_body_refused`, `approval_refused`, `approval_expired`, `approval_held`, `transfer_refused`,
   * `passcode_not_set` where this device has nothing to approve with, `rate_limited`, `overloaded`: then nothing was sent.
   */
  take(verified: VerifiedRequest, form: ApprovalForm, body: Uint8Array): Promise<Approved>
  /**
   * Throws `approval_refused`, `approval_expired`, `passcode_refused`, `presence_refused`, `insufficient_user_authentication`, `rate_limited`,
   * `bad_request`. The same again is content until it was sent.
   */
  prove(verified: VerifiedRequest, id: string, body: unknown): Promise<ApprovalAnswer>
  /** Its user said no. Content when it is over. */
  decline(verified: VerifiedRequest, id: string): Promise<ApprovalAnswer>
  list(verified: VerifiedRequest): Promise<ApprovalList>
  /** For operators. */
  holds(state: Hold['state']): Promise<{ holds: Hold[] }>
  /** Throws `not_found`, `second_operator_required`, `hold_decided`. */
  decide(id: string, decision: Word): Promise<Hold>
}

const listLimit = 50

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** Nothing of one that cannot be read any more: its wrapping key is gone. */
function listed(record: ApprovalRecord, deployment: Deployment): ApprovalListed[] {
  const content = openContent(record, deployment)
  if (content === null) return []
  const { id, reasons, createdAt, expiresAt } = record
  const { title, lines } = content
  const state = stateAt(record, deployment.clock.now())
  const times = { created: seconds(createdAt), expires: seconds(expiresAt) }
  return [{ id, state, title, lines: [...lines], reasons: [...reasons], ...times }]
}

export function createApprovals(deployment: Deployment): Approvals {
  const { store, clock, transfers: policy } = deployment
  const transfers = policy === undefined ? null : { policy, rules: createTransferRules(policy) }
  const tools: ApprovalTools = { deployment, transfers }
  return {
    async take(verified: VerifiedRequest, form: ApprovalForm, body: Uint8Array): Promise<Approved> {
      assertVerified(verified)
      const request = readRequest(verified, form, { body, keys: deployment.keys })
      const named = verified.head.fields.get(approvalField)
      return named === undefined ? ask(request, tools) : spend(named, request, tools)
    },

    prove: (verified: VerifiedRequest, id: string, body: unknown): Promise<ApprovalAnswer> =>
      prove(verified, id, body, deployment),

    async decline({ device }: VerifiedRequest, id: string): Promise<ApprovalAnswer> {
      await findOwn(id, device.id, deployment)
      const now = clock.now()
      const audit = approvalEntry('approval.declined', device, now, { approval: id })
      if (await store.declineApproval(id, device.id, now, audit)) return { state: 'refused' }
      return { state: stateAt(await findOwn(id, device.id, deployment), now) }
    },

    async list({ device }: VerifiedRequest): Promise<ApprovalList> {
      const records = await store.listApprovals({ deviceId: device.id, limit: listLimit })
      return { approvals: records.flatMap((record) => listed(record, deployment)) }
    },

    holds: async (state: Hold['state']): Promise<{ holds: Hold[] }> => ({
      holds: await listHolds(state, tools),
    }),

    decide: (id: string, decision: Word): Promise<Hold> => decideHold(id, decision, tools),
  }
}
