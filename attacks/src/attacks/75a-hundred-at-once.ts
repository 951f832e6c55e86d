/** One yes, a hundred times at once, at two nodes: half of them the very same order, half of them under keys of their own. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { approved, newCustomer, orderOf, orderRequest, paymentOf } from '../payment.ts'
import { paymentsAtTwoNodes } from '../payment-settings.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const times = 100

export const attack: Attack = {
  id: '75a-hundred-at-once',
  title: 'Spend one approval many times at once, at two nodes',
  power: 'has the session key: signs the same order as often as it likes, under any Idempotency-Key',
  gain: 'one payment, approved once, made many times',
  requirement: 'X2',
  section: '9.4',
  expect: 'harmless',
  weaken: {
    file: 'server/approval-request.js',
    text: 'const named = JSON.stringify([method, target.raw, key, fromUtf8(filled.body)]);',
    instead: 'const named = JSON.stringify([method, target.raw, fromUtf8(filled.body)]);',
    also: [
      {
        file: 'server/approval-spend.js',
        text: "if (state !== 'approved' && state !== 'released')",
        instead: 'if (false)',
      },
      {
        file: 'server/stores/sql/transfer.js',
        text: "if (from !== 'approved' && from !== 'released')",
        instead: 'if (false)',
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
    const { id, order } = await approved(target, customer, orderOf(payment))
    const requests = await Promise.all(
      Array.from({ length: times }, (_, i) => {
        const key = i % 4 < 2 ? order.key : randomText()
        return orderRequest(customer.phone, { ...order, key }, id)
      }),
    )
    const answers = await Promise.all(
      requests.map((request, i) => (i % 2 === 0 ? target.send(request) : target.sendElsewhere(request))),
    )
    if (!answers.some(({ status }) => status === 200)) throw new Error(`none was paid: ${answers[0]?.text}`)
    const paid = target.backend?.seen(payment.reference).length ?? 0
    return harmless(paid !== 1 && `the backend was told ${paid} times`)
  },
}
