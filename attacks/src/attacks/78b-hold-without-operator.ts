/** The calls of operators, by somebody who is none: without a name, with a wrong secret, and signed by the customer’s own phone. */
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { held, mule, newCustomer, orderOf, paymentOf } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { FieldLine, RawRequest } from '../raw.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '78b-hold-without-operator',
  title: 'Release a hold, and read all of them, without being an operator',
  power: 'reaches the admin listener, and knows the name of a hold',
  gain: 'his own payment released; what everybody else’s are held for',
  requirement: 'K10',
  section: '9.5',
  expect: 'operator_required',
  weaken: { file: 'server/operator.js', text: 'await authenticate(head, deployment)', instead: "'nobody'" },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const { id } = await held(target, customer, orderOf(paymentOf('600.00', mule)))
    const body = Buffer.from('{"note":"called the customer"}')
    const wrong = `Basic ${Buffer.from('admin:hfo_wrong').toString('base64')}`
    const shown: ReadonlyArray<readonly FieldLine[]> = [
      [],
      [['Authorization', wrong]],
      [['Authorization', `Holdfast ${customer.phone.tokens.access}`]],
    ]
    const host: FieldLine = ['Host', target.adminHost()]
    const content: FieldLine[] = [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
    ]
    const decide = (word: string, fields: readonly FieldLine[]): RawRequest => {
      return {
        method: 'POST',
        target: `/admin/holds/${id}/${word}`,
        fields: [host, ...fields, ...content],
        body,
      }
    }
    const requests = shown.flatMap((fields): RawRequest[] => [
      { method: 'GET', target: '/admin/holds', fields: [host, ...fields], body: new Uint8Array(0) },
      decide('release', fields),
      decide('refuse', fields),
    ])
    for (const request of requests) {
      const answer = await target.sendAdmin(request)
      if (answer.status === 200) return succeeded(`${request.method} ${request.target} was answered`)
      if (answer.code !== 'operator_required') throw new Error(`${request.target}: ${answer.text}`)
    }
    return repelled('operator_required')
  },
}
