/** The user has said yes to one payment. Whoever sends it again under that yes sends another one. */
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { approved, mule, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '73a-changed-by-sender',
  title: 'Change amount or payee after the approval',
  power: 'has the session key: signs what it likes, after the user has approved something',
  gain: 'any payment under the approval of a small one',
  requirement: 'X2',
  section: '9.4',
  expect: 'approval_refused',
  weaken: {
    file: 'server/approval-request.js',
    text: 'const named = JSON.stringify([method, target.raw, key, fromUtf8(filled.body)]);',
    instead: "const named = '';",
    also: [
      {
        file: 'server/approval-evidence.js',
        text: 'expected.every(([name, value]) => said[name] === value) &&',
        instead: '',
      },
    ],
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const payment = paymentOf('25.00')
    const yes = await approved(target, customer, orderOf(payment))
    const others = {
      amount: { body: JSON.stringify({ ...payment, amount: { currency: 'EUR', value: '250.00' } }) },
      account: { body: JSON.stringify({ ...payment, iban: mule.iban }) },
      name: { body: JSON.stringify({ ...payment, name: mule.name }) },
      reference: { body: JSON.stringify({ ...payment, reference: `${payment.reference} again` }) },
      key: { key: randomText() },
      address: { target: '/slow/pay' },
    }
    for (const [what, instead] of Object.entries(others)) {
      const answer = await sendApproved(target, customer, yes, instead)
      if (target.backend?.seen(payment.reference).length !== 0)
        return succeeded(`another ${what} was carried out`)
      if (answer.code !== 'approval_refused')
        throw new Error(`another ${what}: ${answer.status} ${answer.text}`)
    }
    const honest = await sendApproved(target, customer, yes)
    if (honest.status !== 200) throw new Error(`what was approved is refused: ${honest.text}`)
    return repelled('approval_refused')
  },
}
