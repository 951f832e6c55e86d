/** A day’s limit is used up just before midnight, and again just after. Windows roll: there is no midnight in them. */
import type { DurableStore } from '@holdfast/server'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { withBank } from '../own-bank.ts'
import { approved, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

const dayMs = 86_400_000
/** An hour more than a day, so that last midnight lies in the window whenever this runs. */
const limit = {
  name: 'day',
  kind: 'limit',
  of: 'user',
  perSeconds: 90_000,
  sum: '500.00',
  verdict: 'refuse',
} as const

/** What is spent from now on counts as spent a second before this day began. */
function spendYesterday(store: DurableStore, now: number): () => void {
  const spend = store.spendApproval.bind(store)
  const at = now - (now % dayMs) - 1000
  store.spendApproval = (input) =>
    spend({ ...input, entries: input.entries.map((entry) => ({ ...entry, at })) })
  return () => {
    store.spendApproval = spend
  }
}

export const attack: Attack = {
  id: '77c-across-midnight',
  title: 'Use up a day’s limit on both sides of midnight',
  power: 'has the phone and its user’s finger for two minutes, at the right time',
  gain: 'twice of what a day’s limit lets go',
  requirement: 'K10',
  section: '9.5',
  expect: 'transfer_refused',
  weaken: {
    file: 'server/stores/transfer-limits.js',
    text: 'since: earliest - limit.windowMs,',
    instead: `since: earliest - (earliest % ${dayMs}) - 1,`,
  },
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withBank(
      target,
      async (bank) => {
        const customer = await newCustomer(bank)
        const first = await approved(bank, customer, orderOf(paymentOf('400.00')))
        const second = await approved(bank, customer, orderOf(paymentOf('400.00')))
        const today = spendYesterday(bank.store, bank.now())
        json(await sendApproved(bank, customer, first))
        today()
        const answer = await sendApproved(bank, customer, second)
        return verdict(answer, bank.executed.length > 1 && '800.00 went out around one midnight')
      },
      [limit],
    ),
}
