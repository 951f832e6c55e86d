/** Transfers that are kept back: what operators see of them, and what they decide (docs/protocol.md 9.5). */
import { HoldfastError } from '@holdfast/core'
import { openContent, stateAt } from './approval-record.ts'
import { openWord, sealWord } from './approval-release.ts'
import type { ApprovalTools } from './approval-transfer.ts'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { ApprovalRecord, AuditEntry, HoldDecision, StoredApprovalState } from './store.ts'

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

/** What one operator says: who, what, and what he wrote down. */
export type Word = Omit<HoldDecision, 'at'>

const holdLimit = 500

/** Null for an approval that was never held, and for one whose content does not open any more: nobody decides about what he cannot see. */
function viewOf(
  record: ApprovalRecord,
  words: readonly HoldDecision[],
  { deployment, transfers }: ApprovalTools,
): Hold | null {
  const content = openContent(record, deployment)
  const state = stateAt(record, deployment.clock.now())
  if (content === null || record.reasons.length === 0 || state === 'asked' || state === 'approved')
    return null
  const { id, user, deviceId: device, reasons, createdAt, expiresAt } = record
  const decisions = words
    .map((word) => openWord(record, word, deployment))
    .filter((word) => word !== null)
    .sort((one, other) => one.at - other.at)
  const { title, lines, amount } = content
  return {
    id,
    user,
    device,
    title,
    lines: [...lines],
    reasons: [...reasons],
    amount,
    createdAt,
    expiresAt,
    state,
    decisions,
    needed: transfers?.policy.releases ?? 0,
  }
}

async function viewsOf(records: readonly ApprovalRecord[], tools: ApprovalTools): Promise<Hold[]> {
  const words = await tools.deployment.store.listHoldDecisions(records.map(({ id }) => id))
  return records
    .map((record) =>
      viewOf(
        record,
        words.filter(({ approvalId }) => approvalId === record.id),
        tools,
      ),
    )
    .filter((hold) => hold !== null)
}

/** Newest first. */
export async function listHolds(state: Hold['state'], tools: ApprovalTools): Promise<Hold[]> {
  const { store, clock } = tools.deployment
  const isOpen = state === 'held' || state === 'released'
  // What is over counts as expired in no state of its own: it is looked for among those that could have been.
  const states: readonly StoredApprovalState[] = state === 'expired' ? ['held', 'released'] : [state]
  const found = await Promise.all(
    states.map((one) => store.listApprovals({ state: one, now: isOpen ? clock.now() : 0, limit: holdLimit })),
  )
  const newest = found.flat().sort((one, other) => other.createdAt - one.createdAt)
  return (await viewsOf(newest, tools)).filter((hold) => hold.state === state)
}

/** Named after the user when it decides: his devices hear of that, and of no word that waits for another. */
function entryOf(
  { id, user, deviceId }: ApprovalRecord,
  { operator, decision, at }: HoldDecision,
  decides: boolean,
): AuditEntry {
  const action = decision === 'release' ? 'transfer.released' : 'transfer.hold_refused'
  const facts = { at, actor: operator, device: deviceId, detail: { approval: id } }
  return auditEntry(action, decides ? { ...facts, user } : facts)
}

async function view(id: string, tools: ApprovalTools): Promise<{ record: ApprovalRecord; hold: Hold }> {
  const record = await tools.deployment.store.findApproval(id)
  const [hold] = record === null ? [] : await viewsOf([record], tools)
  if (record === null || hold === undefined) throw new HoldfastError('not_found')
  return { record, hold }
}

async function write(
  { record, hold }: { readonly record: ApprovalRecord; readonly hold: Hold },
  said: Word,
  { store, clock, keys }: Deployment,
  releasedSeconds: number,
): Promise<void> {
  const word = { ...said, at: clock.now() }
  const { needed } = hold
  const result = await store.decideHold(
    record.id,
    sealWord(record, word, { keys }),
    { needed, releasedUntil: word.at + releasedSeconds * 1000 },
    (decides) => entryOf(record, word, decides),
  )
  if (result === 'same_operator') throw new HoldfastError('second_operator_required')
  if (result === 'gone') throw new HoldfastError('hold_decided')
}

/** Throws `not_found`, `second_operator_required`, `hold_decided`. */
export async function decideHold(id: string, said: Word, tools: ApprovalTools): Promise<Hold> {
  const { deployment, transfers } = tools
  const found = await view(id, tools)
  if (transfers === null || found.hold.state !== 'held') throw new HoldfastError('hold_decided')
  await write(found, said, deployment, transfers.policy.releasedSeconds)
  return (await view(id, tools)).hold
}
