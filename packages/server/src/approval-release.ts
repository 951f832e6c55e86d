/** What operators said about a hold, so that a row in the store alone releases nothing (docs/protocol.md 9.5). */
import { fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import type { ApprovalRecord, HoldDecision } from './store.ts'
import type { TransferPolicy } from './transfer-rules.ts'

/** The hold as it was when somebody spoke: it is for these reasons that he released it. */
type Held = Pick<ApprovalRecord, 'id' | 'reasons'>

/** All of a word but the note is the place it is sealed for: of another operator, hold, reason or time it does not open. */
function contextOf({ id, reasons }: Held, { operator, decision, at }: Omit<HoldDecision, 'note'>): string {
  return `hold ${JSON.stringify([id, reasons, operator, decision, at])}`
}

export function sealWord(held: Held, word: HoldDecision, { keys }: Pick<Deployment, 'keys'>): HoldDecision {
  return { ...word, note: keys.seal(contextOf(held, word), utf8(word.note)) }
}

/** Null for a word nobody said about this hold. */
export function openWord(
  held: Held,
  word: HoldDecision,
  { keys }: Pick<Deployment, 'keys'>,
): HoldDecision | null {
  try {
    const { operator, decision, at } = word
    return { operator, decision, at, note: fromUtf8(keys.open(contextOf(held, word), word.note)) }
  } catch (error) {
    if (error instanceof HoldfastError) return null
    throw error
  }
}

/** True while the words of enough different operators are good. */
export async function isReleased(
  record: ApprovalRecord,
  { releases, releasedSeconds }: TransferPolicy,
  deployment: Deployment,
): Promise<boolean> {
  const words = (await deployment.store.listHoldDecisions([record.id]))
    .map((word) => openWord(record, word, deployment))
    .filter((word) => word?.decision === 'release')
  const last = Math.max(...words.map((word) => word?.at ?? 0))
  const operators = new Set(words.map((word) => word?.operator))
  return operators.size >= releases && deployment.clock.now() < last + releasedSeconds * 1000
}
