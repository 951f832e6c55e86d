/** Two readers of one body: the service shows what it reads, the backend carries out what it reads. */
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { approved, newCustomer, orderOf, orderRequest, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

const small = '{"currency":"EUR","value":"1.00"}'
const large = '{"currency":"EUR","value":"100.00"}'

/** Bodies in which another reader could find the large amount. */
function bodiesOf(rest: string): readonly string[] {
  const amounts = (first: string, second: string): string => `{${first},${second},${rest}}`
  const named = (name: string, amount: string): string => `"${name}":${amount}`
  return [
    amounts(named('amount', large), named('amount', small)),
    amounts(named('Amount', large), named('amount', small)),
    amounts(named('\\u0061mount', large), named('amount', small)),
    amounts(named('AMOUNT', large), named('\\u0061mount', small)),
    amounts(named('amount\\u0000', large), named('amount', small)),
    amounts(named('__proto__', `{"amount":${large}}`), named('amount', small)),
    `{"amount":{"currency":"EUR","value":"100.00","value":"1.00"},${rest}}`,
    `{"amount":{"currency":"EUR","value":"1.00","Value":"100.00"},${rest}}`,
    `{"amount":${small},"fee":${large},${rest}}`,
    `{"amount":[${small},${large}],${rest}}`,
    `{"amount":${small},${rest},}`,
    `{"amount":${small},/*"amount":${large},*/${rest}}`,
    `{"amount":${small},${rest}}{"amount":${large},${rest}}`,
    `[{"amount":${small},${rest}}]`,
    `\ufeff{"amount":${small},${rest}}`,
    `amount=100.00&${rest}`,
  ]
}

export const attack: Attack = {
  id: '74b-read-in-two-ways',
  title: 'Send a body the backend reads otherwise than the service',
  power: 'has the session key, and writes the request itself',
  gain: 'the user sees one amount, and the backend finds another',
  requirement: 'X2',
  section: '9.1',
  expect: 'approval_body_refused',
  weaken: {
    file: 'core/i-json.js',
    text: 'if (names?.has(folded) === true)',
    instead: 'if (false)',
    // The backend does not even get what was sent.
    also: [
      {
        file: 'gateway/proxy/proxy.js',
        text: 'const { body, evidence } = approved;',
        instead: 'const { evidence } = approved; const { body } = request;',
      },
    ],
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const { amount: _, ...rest } = paymentOf('1.00')
    const bodies = bodiesOf(JSON.stringify(rest).slice(1, -1))
    for (const body of bodies) {
      const { code, text } = await target.send(await orderRequest(customer.phone, orderOf(body)))
      if (code === 'approval_required') {
        await sendApproved(target, customer, await approved(target, customer, orderOf(body)))
        const [seen] = target.backend?.seen(rest.reference) ?? []
        if (seen?.body.includes('100.00') === true)
          return succeeded(`EUR 1.00 was shown, and ${body} sent on`)
      }
      if (code !== 'approval_body_refused') throw new Error(`${body}: ${text.slice(0, 200)}`)
    }
    return repelled('approval_body_refused')
  },
}
