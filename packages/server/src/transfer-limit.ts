/** Limits of the rules: what the store adds up over a window, and what one request may not pass by itself (docs/protocol.md 9.5). */
import type { Payment } from './approval-form.ts'
import { parseAmount } from './money.ts'
import type { TransferLimit } from './store-approvals.ts'
import { isNewer, sumOf, type TransferFacts } from './transfer-facts.ts'
import type { LimitRule } from './transfer-policy.ts'

/** `habits` absent: every payee counts as a new one. */
export type LimitFacts = Pick<TransferFacts, 'device' | 'now'> & Partial<Pick<TransferFacts, 'habits'>>

/** Whether a limit speaks of this request at all. */
export function isInForce(rule: LimitRule, { device, now, habits }: LimitFacts): boolean {
  const { deviceYoungerThanSeconds: young, platforms, payeeNewerThanSeconds: newer } = rule
  if (young !== undefined && !isNewer(device.createdAt, young, now)) return false
  if (platforms !== undefined && !platforms.includes(device.platform)) return false
  if (newer === undefined || habits === undefined) return true
  return habits.some(({ payeeSince }) => isNewer(payeeSince, newer, now))
}

export type Bounds = Pick<TransferLimit, 'sumMinor' | 'count'>

export function boundsOf({ sum, count }: LimitRule, currency: string): Bounds {
  return { sumMinor: sum === undefined ? null : parseAmount(sum, currency), count: count ?? null }
}

/** The payments one bound is about: all of them, or those of each payee. */
function groupsOf(payments: readonly Payment[], of: LimitRule['of']): Payment[][] {
  if (of !== 'payee') return [[...payments]]
  const accounts = new Set(payments.map(({ account }) => account))
  return [...accounts].map((account) => payments.filter((payment) => payment.account === account))
}

/** True when this request alone is over the bounds. */
export function isOver(
  { sumMinor, count }: Bounds,
  of: LimitRule['of'],
  payments: readonly Payment[],
): boolean {
  return groupsOf(payments, of).some(
    (group) => (sumMinor !== null && sumOf(group) > sumMinor) || (count !== null && group.length > count),
  )
}
