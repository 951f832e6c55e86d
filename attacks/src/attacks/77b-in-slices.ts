/** What is too much at once is sent in slices, each just below what the bank would look at. */
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { mule, newCustomer, orderOf, pay, paymentOf } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '77b-in-slices',
  title: 'Pay a new payee in slices below the sum that is held',
  power: 'has the phone and its user’s finger or passcode',
  gain: 'everything up to the day’s limit on a mule’s account before anybody calls',
  requirement: 'K10',
  section: '9.5',
  expect: 'approval_held',
  weaken: {
    file: 'server/stores/transfer-limits.js',
    text: 'counted.sumMinor + added.sumMinor > sumMinor',
    instead: 'added.sumMinor > sumMinor',
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const slice = (): ReturnType<typeof paymentOf> => paymentOf('300.00', mule)
    json(await pay(target, customer, orderOf(slice())))
    const rows = ['100.00', '200.00', '300.00'].map((value) => paymentOf(value, mule))
    const tries = [
      ['a second slice', slice(), '/pay'],
      ['slices in one batch', { payments: rows }, '/batch'],
    ] as const
    for (const [what, body, path] of tries) {
      const answer = await pay(target, customer, orderOf(body, path))
      if (answer.status === 200) return succeeded(`${what} went out`)
      if (answer.code !== 'approval_held') throw new Error(`${what}: ${answer.status} ${answer.text}`)
    }
    return repelled('approval_held')
  },
}
