/** Two have to release what is held. One of them says it twice. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { held, newCustomer, orderOf, paymentOf, mule, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '78a-two-words-of-one',
  title: 'Release a hold twice instead of with a colleague',
  power: 'is an operator, and in league with whoever is paid',
  gain: 'money that two people were to look at, on the word of one',
  requirement: 'K10',
  section: '9.5',
  expect: 'second_operator_required',
  weaken: {
    file: 'server/stores/hold-decision.js',
    text: 'if (earlier.some((one) => one.operator === operator))',
    instead: 'if (false)',
    // Words are counted by who said them, again when the payment is sent.
    also: [
      {
        file: 'server/approval-release.js',
        text: 'operators.size >= releases',
        instead: 'words.length >= releases',
      },
    ],
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const payment = paymentOf('600.00', mule)
    const waiting = await held(target, customer, orderOf(payment))
    const first = await target.decide(waiting.id, 'release')
    if (first.status !== 200) throw new Error(`the first word was refused: ${first.text}`)
    const second = await target.decide(waiting.id, 'release')
    await sendApproved(target, customer, waiting)
    const paid = target.backend?.seen(payment.reference).length === 1
    return verdict(second, paid && 'one operator released it alone')
  },
}
