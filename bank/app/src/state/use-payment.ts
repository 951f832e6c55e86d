/** Sends a payment from a screen, and goes where it led. */
import { useCallback } from 'react'
import type { Order } from '../bank/bank.ts'
import { useNav } from '../nav/nav.tsx'
import type { KeptPayment } from './kept-payments.ts'
import { sendPayment } from './send-payment.ts'
import { type Act, useAct } from './use-act.ts'
import { useApp, useOpen } from './use-app.tsx'

export type Paying = Pick<Act, 'busy' | 'error'> & {
  /** One that was never sent. */
  readonly pay: (order: Order) => void
  /** One that is kept: as it was, under its key. */
  readonly repeat: (payment: KeptPayment) => void
}

/** `isNew`: its payee may be kept when it is paid. */
export function usePayment(isNew: boolean): Paying {
  const nav = useNav()
  const { asks, newKey } = useApp()
  const { session, bank } = useOpen()
  const { busy, error, run } = useAct()

  /** Gives what went wrong where nobody knows what came of it. */
  const send = useCallback(
    async (payment: KeptPayment): Promise<{ readonly error: unknown } | null> => {
      const sent = await sendPayment({ asks, session, bank }, payment)
      if (sent.kind === 'unknown') return sent
      if (sent.kind === 'paid') nav.end('transfer_done', { transfer: sent.transfer, isNew })
      else nav.end('held_payment', { approval: sent.approval })
      return null
    },
    [asks, bank, isNew, nav, session],
  )
  const pay = useCallback(
    (order: Order): void =>
      run(async () => {
        const payment = { key: newKey(), order, at: Date.now(), approval: null }
        const unknown = await send(payment)
        if (unknown === null) return
        // Nobody shall press the same button once more and think that it is for the first time.
        nav.end('transfer_unfinished', { payment: payment.key })
        throw unknown.error
      }),
    [nav, newKey, run, send],
  )
  const repeat = useCallback(
    (payment: KeptPayment): void =>
      run(async () => {
        const unknown = await send(payment)
        if (unknown !== null) throw unknown.error
      }),
    [run, send],
  )
  return { busy, error, pay, repeat }
}
