/** Two people released it because the payee was new. Meanwhile there is another reason, which nobody looked at. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { held, mule, newCustomer, orderOf, pay, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

/** As many as the rules let go in an hour. */
const often = 5

export const attack: Attack = {
  id: '78c-released-for-something-else',
  title: 'Use a release for what it was not given for',
  power: 'has the phone, its user’s finger, and a payment that operators released',
  gain: 'the one release covers whatever the account is emptied by afterwards',
  requirement: 'K10',
  section: '9.5',
  expect: 'approval_held',
  weaken: {
    file: 'server/approval-spend.js',
    text: 'if (!holding.every((reason) => released.includes(reason)))',
    instead: 'if (holding.length > 0 && released.length === 0)',
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const payment = paymentOf('600.00', mule)
    const waiting = await held(target, customer, orderOf(payment))
    const second = await target.addOperator(`second-${waiting.id}`)
    json(await target.decide(waiting.id, 'release'))
    json(await target.decide(waiting.id, 'release', second))
    for (let i = 0; i < often; i++) json(await pay(target, customer, orderOf(paymentOf('1.00'))))
    const answer = await sendApproved(target, customer, waiting)
    const paid = target.backend?.seen(payment.reference).length === 1
    return verdict(answer, paid && 'it went out as one payment too many in an hour')
  },
}
