/** Push bombing: the user is asked again and again, until he says yes to have his peace. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { newCustomer, orderOf, orderRequest, paymentOf } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Answer } from '../raw.ts'
import type { Target } from '../target.ts'

const open = 5
const asked = 12

export const attack: Attack = {
  id: '71-flood-of-challenges',
  title: 'Have the user asked until he gives in',
  power: 'has the session key',
  gain: 'a yes nobody thought about, or one for another payment among many',
  requirement: 'X2',
  section: '9.2',
  expect: 'rate_limited',
  weaken: {
    file: 'server/stores/memory/approval.js',
    text: 'if (open.length >= most)',
    instead: 'if (false)',
  },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await newCustomer(target)
    const answers: Answer[] = []
    for (let i = 0; i < asked; i++)
      answers.push(await target.send(await orderRequest(phone, orderOf(paymentOf(`${i + 1}.00`)))))
    const waiting = answers.filter(({ code }) => code === 'approval_required').length
    const last = answers.at(-1) as Answer
    return verdict(last, waiting > open && `${waiting} payments wait for a yes at the same time`)
  },
}
