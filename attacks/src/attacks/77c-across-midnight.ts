/** A day’s limit is used up just before midnight, and again just after. Windows roll: there is no midnight in them. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { withBank } from '../own-bank.ts'
import { approved, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import type { Target } from '../target.ts'

const dayMs = 86_400_000

export const attack: Attack = {
  id: '77c-across-midnight',
  title: 'Pay twice a day’s limit around midnight',
  power: 'has the phone and its user’s finger for a few minutes, at the right time',
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
    withBank(target, async (bank) => {
      const customer = await newCustomer(bank)
      const before = await approved(bank, customer, orderOf(paymentOf('450.00')))
      const after = await approved(bank, customer, orderOf(paymentOf('450.00'))
      return verdict(await sendApproved(bank, customer, after), false)
    }),
}
