/** Approvals have names. Another customer, and another device of the same user, look for them, say no to them, and say yes to them. */
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { ask, evidenceOf, newCustomer, orderOf, paymentOf, prove } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '88d-foreign-approvals',
  title: 'Read, decline and approve what another device is asked',
  power: 'is a customer, or has another device of the victim, and knows the name of an approval',
  gain: 'what others pay to whom; payments that are never made, or made against their will',
  requirement: 'X2',
  section: '9.3',
  expect: 'approval_refused',
  weaken: {
    file: 'server/stores/memory/approval.js',
    text: '? held.deviceId === query.deviceId',
    instead: '? true',
  },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const victim = await newCustomer(target)
    const asked = await ask(target, victim, orderOf(paymentOf('25.00')))
    const path = '/holdfast/approvals'
    for (const other of [await newCustomer(target), await newCustomer(target, victim.phone.user)]) {
      const { phone, finger } = other
      const list = await target.send(await phone.signed({ method: 'GET', target: path }))
      if (list.text.includes(asked.id)) return succeeded('it is in another device’s list')
      json(list)
      const evidence = await evidenceOf(asked, finger.key, 'presence')
      const answers = [
        await prove(target, phone, asked, { kind: 'key', evidence }),
        await target.send(
          await phone.signed({ method: 'DELETE', target: `${path}/${asked.id}` }, {}, 'device'),
        ),
      ]
      const odd = answers.find(({ code }) => code !== 'approval_refused')
      if (odd?.status === 200) return succeeded(`another device was heard: ${odd.text}`)
      if (odd !== undefined) throw new Error(`${odd.status} ${odd.text}`)
    }
    const own = await target.send(await victim.phone.signed({ method: 'GET', target: path }))
    if (!own.text.includes('"asked"')) throw new Error(`it does not wait any more: ${own.text}`)
    return repelled('approval_refused')
  },
}
