/** Payments that wait for the bank: what this phone keeps of each, and where the bank stands with it. */
import type { ApprovalState, ListedApproval, Session } from '@holdfast/client'
import { useEffect } from 'react'
import { useShown } from '../nav/nav.tsx'
import { type KeptPayment, keptPayments } from './kept-payments.ts'
import { useOpen } from './use-app.tsx'
import { type Loaded, useLoad } from './use-load.ts'

/** `sent`: spent, and its answer never arrived here. */
export type HeldState = 'held' | 'released' | 'sent' | 'refused' | 'expired'

export type HeldPayment = {
  readonly payment: KeptPayment
  readonly approval: string
  readonly state: HeldState
  /** Null when it is so old that the service does not list it any more. */
  readonly listed: ListedApproval | null
}

const states: Readonly<Record<ApprovalState, HeldState>> = {
  asked: 'held',
  approved: 'released',
  held: 'held',
  released: 'released',
  spent: 'sent',
  refused: 'refused',
  expired: 'expired',
}

/** Newest first. */
async function loadHeld(session: Session): Promise<HeldPayment[]> {
  const [kept, approvals] = await Promise.all([keptPayments(session).list(), session.approvals()])
  return kept.toReversed().flatMap((payment) => {
    const { approval } = payment
    if (approval === null) return []
    const listed = approvals.find(({ id }) => id === approval) ?? null
    return [{ payment, approval, state: listed === null ? 'expired' : states[listed.state], listed }]
  })
}

export function useHeld(): Loaded<HeldPayment[]> {
  const { session } = useOpen()
  return useLoad('held', () => loadHeld(session))
}

const everyMs = 5000
const times = 12

/** Looks again by itself, and then no more: each look counts as use, so a phone left lying would never lock. */
export function useLooking(waiting: boolean, look: () => void): void {
  const shown = useShown()
  useEffect(() => {
    if (!shown || !waiting) return undefined
    let looks = 0
    const timer = setInterval(() => {
      looks++
      if (looks === times) clearInterval(timer)
      look()
    }, everyMs)
    return () => clearInterval(timer)
  }, [shown, waiting, look])
}
