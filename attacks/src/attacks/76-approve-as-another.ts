/** Confused deputy: one user is brought to approve, and another one's payment is what it is used for. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { ask, evidenceOf, newCustomer, orderOf, paymentOf, prove, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '76-approve-as-another',
  title: 'Have another user’s finger approve an own payment',
  power: 'is a customer, and brings another one to touch for the attacker’s challenge',
  gain: 'a payment its user never approved, with evidence that somebody did',
  requirement: 'X2',
  section: '9.3',
  expect: 'presence_refused',
  weaken: {
    file: 'server/approval-proof.js',
    text: "if (!(await isSignedBy(jwk, { kind: 'key', evidence }, asked)))\n        throw new HoldfastError('presence_refused');",
    instead: '',
    // It is verified when it comes, and again before anybody relies on it.
    also: [{ file: 'server/approval-evidence.js', text: 'if (!holds)', instead: 'if (false)' }],
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const [attacker, other] = [await newCustomer(target), await newCustomer(target)]
    const payment = paymentOf('25.00')
    const order = orderOf(payment)
    const asked = await ask(target, attacker, order)
    const evidence = await evidenceOf(asked, other.finger.key, 'presence')
    const answer = await prove(target, attacker.phone, asked, { kind: 'key', evidence })
    if (answer.status === 200) await sendApproved(target, attacker, { id: asked.id, order })
    return verdict(answer, target.backend?.seen(payment.reference).length === 1 && 'another’s finger paid')
  },
}
