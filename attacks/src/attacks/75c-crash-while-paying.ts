/** Both nodes are killed after the approval was spent and before there was an answer. Nobody knows whether it was paid: so never again. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { approved, begun, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { paymentsAtTwoNodes } from '../payment-settings.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const times = 10

export const attack: Attack = {
  id: '75c-crash-while-paying',
  title: 'Crash the service between spending and answering, and pay again',
  power: 'can make the service crash at the right moment, and has the phone send again',
  gain: 'one payment made twice',
  requirement: 'X2',
  section: '9.4',
  expect: 'harmless',
  weaken: {
    file: 'server/stores/sql/transfer.js',
    text: "state: 'spent', spentFrom,",
    instead: 'state: spentFrom, spentFrom,',
    also: [
      {
        file: 'server/stores/sql/claim.js',
        text: ".where('claim.expiresAt', '<=', now)",
        instead: '',
      },
      // The payments of one approval are there once, whatever its state says.
      {
        file: 'server/stores/sql/transfer.js',
        text: 'as given`',
        instead: 'as given on conflict do nothing`',
      },
    ],
  },
  setting: paymentsAtTwoNodes,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const payment = paymentOf('5.00')
    const yes = await approved(target, customer, orderOf(payment, '/slow/pay'))
    const first = sendApproved(target, customer, yes)
    await begun(target, payment.reference, 1)
    await target.crash()
    await first
    for (const node of [target, { ...target, send: target.sendElsewhere }])
      for (let i = 0; i < times; i++)
        await sendApproved(node, customer, yes, i % 2 === 0 ? {} : { key: randomText() })
    const paid = target.backend?.seen(payment.reference).length ?? 0
    return harmless(paid !== 1 && `the backend was told ${paid} times`)
  },
}
