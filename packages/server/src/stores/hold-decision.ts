import type { HoldDecision } from '../store-approvals.ts'

/**
 * Decides what one operator's word about a hold does (docs/protocol.md 9.5). No I/O: the store holds the approval locked while it asks
 * and writes. `earlier` are releases, for a refusal ends the hold.
 */
export function judgeDecision(
  earlier: ReadonlyArray<Pick<HoldDecision, 'operator'>>,
  { operator, decision }: HoldDecision,
  needed: number,
): 'noted' | 'released' | 'refused' | 'same_operator' {
  if (earlier.some((one) => one.operator === operator)) return 'same_operator'
  if (decision === 'refuse') return 'refused'
  return earlier.length + 1 >= needed ? 'released' : 'noted'
}
