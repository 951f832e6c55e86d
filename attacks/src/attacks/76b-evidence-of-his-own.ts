/** A backend believes evidence in Holdfast-Approval. So a customer sends some himself, where nothing has to be approved. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { approved, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { json } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '76b-evidence-of-his-own',
  title: 'Bring evidence of an approval to a backend',
  power: 'is a customer, and has seen what a backend gets',
  gain: 'a backend that takes an old approval for one of this request',
  requirement: 'X2',
  section: '9.6',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/request-fields.js',
    text: "const always = ['accept',",
    instead: "const always = ['holdfast-approval', 'accept',",
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const payment = paymentOf('5.00')
    json(await sendApproved(target, customer, await approved(target, customer, orderOf(payment))))
    const evidence = target.backend?.seen(payment.reference)[0]?.fields['holdfast-approval']
    if (evidence === undefined) throw new Error('the backend got no evidence')
    const path = target.path('orders')
    const fields = [['Idempotency-Key', randomText()] as const, ['Holdfast-Approval', evidence] as const]
    await target.send(await customer.phone.signed({ method: 'POST', target: path, fields, body: '{}' }))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive')
    return harmless('holdfast-approval' in seen.fields && 'the customer’s own evidence arrived')
  },
}
