/** A yes is worth something only on the phone it was said on: another phone of the same user sends what this one approved. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { approved, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '70-relayed-approval',
  title: 'Send under the approval of another device',
  power: 'has a session of another device of the same user, and knows request and name of an approval',
  gain: 'a payment the bank would have asked the user for on this device',
  requirement: 'X2',
  section: '9.4',
  expect: 'approval_refused',
  weaken: {
    file: 'server/approval-record.js',
    text: 'record?.deviceId !== deviceId',
    instead: 'record === null',
    also: [
      {
        file: 'server/approval-evidence.js',
        text: 'expected.every(([name, value]) => said[name] === value) &&',
        instead: '',
      },
      {
        file: 'server/stores/memory/transfer.js',
        text: 'approval?.deviceId !== deviceId || ',
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
    const other = await enrol(target, customer.phone.user)
    const answer = await sendApproved(target, { phone: other }, yes)
    const paid = target.backend?.seen(payment.reference).length === 1
    return verdict(answer, paid && 'one device paid with the approval of another')
  },
}
