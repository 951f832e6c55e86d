/** A name all of whose letters look like Latin ones, and none is. It may be somebody’s name: so it is shown for what it is. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { ask, newCustomer, orderOf, paymentOf } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

/** Cyrillic. */
const twin = 'Сара'

export const attack: Attack = {
  id: '74d-name-in-other-letters',
  title: 'Be paid under a name that only looks like another one',
  power: 'is a payee, and chooses how he is called',
  gain: 'a payment to a stranger whose name reads as that of a friend',
  requirement: 'X2',
  section: '9.1',
  expect: 'harmless',
  weaken: {
    file: 'server/approval-name.js',
    text: 'return twin === undefined ? name : `${name} [${twin[0]}]`;',
    instead: 'return name;',
  },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const { demand } = await ask(target, customer, orderOf({ ...paymentOf('25.00'), name: twin }))
    const shown = demand.lines.find(({ name }) => name === 'name')?.value
    if (shown?.startsWith(twin) !== true) throw new Error(`the name is shown as ${shown}`)
    return harmless(!shown.includes('Cyrillic') && 'it is shown like the Latin name it is not')
  },
}
