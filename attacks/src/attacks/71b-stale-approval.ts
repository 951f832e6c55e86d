/** A yes of this morning is no yes of this evening: it was said to what the user knew then. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { withBank } from '../own-bank.ts'
import { approved, newCustomer, orderOf, orderRequest, paymentOf } from '../payment.ts'
import type { Target } from '../target.ts'

const later = 301

export const attack: Attack = {
  id: '71b-stale-approval',
  title: 'Keep an approved payment back, and send it when it suits',
  power: 'has the session key, the name of an approval and the database, and sets the row’s time as it likes',
  gain: 'an old decision of the user carried out at a moment of the attacker’s choice',
  requirement: 'X2',
  section: '9.4',
  expect: 'approval_expired',
  weaken: {
    file: 'server/approval-spend.js',
    text: 'if (!released && deployment.clock.now() >= evidence.claims.exp * 1000)',
    instead: 'if (false)',
  },
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withBank(target, async (bank) => {
      const customer = await newCustomer(bank)
      const { id, order } = await approved(bank, customer, orderOf(paymentOf('25.00')))
      const row = await bank.store.findApproval(id)
      if (row === null) throw new Error('there is no approval')
      await bank.rewrite({ ...row, expiresAt: bank.now() + 86_400_000 })
      bank.advance(later * 1000)
      const answer = await bank.send(await orderRequest(customer.phone, order, id, { age: -later }))
      return verdict(answer, bank.executed.length > 0 && 'an approval that was over was carried out')
    }),
}
