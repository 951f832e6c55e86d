/** An approved request comes to be carried out: judged once more, and its approval spent (docs/protocol.md 9.4, 9.5). */
import { type ApprovalReason, equal, HoldfastError, utf8 } from '@holdfast/core'
import { ask } from './approval-challenge.ts'
import { checkEvidence, type CheckedEvidence } from './approval-evidence.ts'
import { isReleased } from './approval-release.ts'
import { approvalEntry, findOwn, stateAt } from './approval-record.ts'
import type { ApprovalRequest } from './approval-request.ts'
import { type ApprovalTools, openTransfer, refuseTransfer } from './approval-transfer.ts'
import type { Deployment } from './deployment.ts'
import type { ApprovalRecord } from './store.ts'
import type { Judgement } from './transfer-rules.ts'

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

type Spending = {
  readonly request: ApprovalRequest
  readonly record: ApprovalRecord
  readonly evidence: CheckedEvidence
  /** What operators have released it for; empty when they have not. */
  readonly released: readonly ApprovalReason[]
}

/** The approval of this very request, in a state in which it may be carried out. */
async function find(id: string, request: ApprovalRequest, deployment: Deployment): Promise<ApprovalRecord> {
  const record = await findOwn(id, request.verified.device.id, deployment)
  if (!equal(utf8(record.requestDigest), utf8(request.digest))) throw new HoldfastError('approval_refused')
  const state = stateAt(record, deployment.clock.now())
  if (state === 'expired') throw new HoldfastError('approval_expired')
  if (state === 'held')
    throw new HoldfastError('approval_held', { approvalId: record.id, reasons: record.reasons })
  if (state !== 'approved' && state !== 'released') throw new HoldfastError('approval_refused')
  return record
}

/** The challenge says how long a yes is good for, and only a release lengthens that: a row can say what it likes. */
async function open(id: string, request: ApprovalRequest, tools: ApprovalTools): Promise<Spending> {
  const { deployment, transfers } = tools
  const record = await find(id, request, deployment)
  const evidence = await checkEvidence(record, request, deployment)
  const released =
    record.state === 'released' && transfers !== null
      ? await isReleased(record, transfers.policy, deployment)
      : false
  if (!released && deployment.clock.now() >= evidence.claims.exp * 1000)
    throw new HoldfastError('approval_expired')
  return { request, record, evidence, released: released ? record.reasons : [] }
}

/** Operators have to decide first. */
const fullSeconds = 3600

/** Throws `approval_held`; `rate_limited` where as many of this user are held as may be. */
async function hold(
  { request, record }: Spending,
  reasons: readonly ApprovalReason[],
  { deployment, transfers }: ApprovalTools,
): Promise<never> {
  const { store, clock, policy } = deployment
  const { device } = request.verified
  const { id } = record
  const now = clock.now()
  const expiresAt = now + (transfers?.policy.holdSeconds ?? 0) * 1000
  const detail = { approval: id, reasons: reasons.join(' ') }
  const audit = approvalEntry('transfer.held', device, now, detail)
  const result = await store.holdApproval(id, { reasons, expiresAt, now, most: policy.approval.held }, audit)
  if (result === 'full') throw new HoldfastError('rate_limited', { retryAfter: fullSeconds })
  if (result === 'gone') throw new HoldfastError('approval_refused')
  throw new HoldfastError('approval_held', { approvalId: id, reasons })
}

/** Content when what was approved and released is enough for every rule that applies. Throws what they ask for else. */
async function heed(judgement: Judgement, spending: Spending, tools: ApprovalTools): Promise<void> {
  const { request, record, evidence, released } = spending
  const reasonsOf = (wanted: 'ask' | 'hold'): ApprovalReason[] => [
    ...new Set(judgement.applied.filter(({ verdict }) => verdict === wanted).map(({ reason }) => reason)),
  ]
  if (judgement.verdict === 'refuse') {
    const { reasons } = judgement
    return refuseTransfer(request, { reasons, approval: record.id }, tools.deployment)
  }
  // Before it is held: operators look at what its user has fully approved.
  if (evidence.acr !== 'passcode' && reasonsOf('ask').length > 0) return ask(request, tools)
  const holding = reasonsOf('hold').sort()
  if (!holding.every((reason) => released.includes(reason))) return hold(spending, holding, tools)
}

/** Each is the last word; what cannot be written stays spent and reserved. */
function settling(id: string, { store, clock }: Deployment): Omit<Approved, 'body' | 'evidence'> {
  const settle = async (outcome: 'committed' | 'released' | 'unsent'): Promise<void> => {
    try {
      await store.settleApproval(id, outcome, clock.now())
    } catch {
      // It is counted as if it had been carried out.
    }
  }
  return {
    settle: (status: number): Promise<void> =>
      settle(status >= 400 && status < 500 ? 'released' : 'committed'),
    unknown: (): Promise<void> => settle('committed'),
    unsent: (): Promise<void> => settle('unsent'),
  }
}

/** Limits can be passed by others between the judgement and the spending; so often it is judged anew. */
const rounds = 3

/** Throws `approval_refused`, `approval_expired`, `approval_held`, `transfer_refused`, `approval_required` where more is asked by now. */
export async function spend(id: string, request: ApprovalRequest, tools: ApprovalTools): Promise<Approved> {
  const { deployment } = tools
  const { store, clock } = deployment
  const { device } = request.verified
  const spending = await open(id, request, tools)
  const transfer = await openTransfer(request, tools)
  const passed = new Set(await transfer.weigh(id))
  for (let round = 0; round < rounds; round++) {
    const judgement = transfer.judge([...passed])
    await heed(judgement, spending, tools)
    const answered = new Set(judgement.applied.map(({ name }) => name))
    const now = clock.now()
    const result = await store.spendApproval({
      id,
      deviceId: device.id,
      requestDigest: request.digest,
      now,
      entries: transfer.entriesOf(id),
      limits: transfer.limits.filter(({ name }) => !answered.has(name)),
      audit: approvalEntry('approval.spent', device, now, { approval: id }),
    })
    if (result.kind === 'spent')
      return { body: request.filled.body, evidence: spending.evidence.encoded, ...settling(id, deployment) }
    if (result.kind === 'gone') throw new HoldfastError('approval_refused')
    for (const limit of result.limits) passed.add(limit)
  }
  throw new HoldfastError('overloaded', { retryAfter: 1 })
}
