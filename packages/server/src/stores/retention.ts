import type { StoredApprovalState } from '../store-approvals.ts'

const day = 86_400_000

/** So long what its user never approved: who asks and declines on and on fills no table. */
export const askedMs: number = day
/** So long after its end an approval is still listed, with what operators decided. */
export const listedMs: number = 90 * day
/** So long after they were spent transfers count: limits and habits look back no further. */
export const countedMs: number = 400 * day

/** What stores keep of an approval for themselves. */
export type KeptApproval = {
  /** The state it was spent from; null when it is not spent, or what became of it is settled. */
  spentFrom: Extract<StoredApprovalState, 'approved' | 'released'> | null
  /** Then it is deleted, and its decisions and transfers with it: so none of them is ever without it. */
  keepUntil: number
}
