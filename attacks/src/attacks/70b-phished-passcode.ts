/**
 * The user was talked out of his passcode, on the phone or by a page that looks like the bank's, and it is typed at once on the attacker's
 * own phone. A passcode belongs to the phone it was set on.
 */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { guess } from '../passcode.ts'
import { ask, newCustomer, orderOf, paymentOf } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '70b-phished-passcode',
  title: 'Use the victim’s passcode on another phone',
  power: 'knows the victim’s passcode and its name at the service, and has a bound phone of his own',
  gain: 'a passcode that approves wherever it is typed',
  requirement: 'X2',
  section: '9.3',
  expect: 'passcode_not_set',
  weaken: {
    file: 'server/passcode-login.js',
    text: 'passcode?.deviceId !== device.id',
    instead: 'passcode === null',
    also: [
      {
        file: 'server/stores/memory/passcode.js',
        text: '|| passcodes.get(login.recordId)?.deviceId !== login.deviceId',
        instead: '',
      },
    ],
  },
  setting: payments,
  async run(target: Target): Promise<Outcome> {
    const [victim, attacker] = [await newCustomer(target), await newCustomer(target)]
    const asked = await ask(target, attacker, orderOf(paymentOf('25.00')))
    const typed = { ...victim.way, approval: asked.id }
    const { request } = await guess(target, attacker.phone.deviceKey, typed)
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'the passcode was listened to on another phone')
  },
}
