/** The passcode was seen, so its user changed it. The one who saw it comes too late. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, guess, registerPasscode, unlockByPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '59h-old-passcode',
  title: 'Log in with the passcode of before',
  power: 'holds the phone, has its device key sign, and knows the passcode of before',
  gain: 'the phone, whatever its user changes',
  requirement: 'C7',
  section: '5.1',
  expect: 'passcode_not_set',
  weaken: {
    file: 'server/stores/memory/factor.js',
    text: 'records.passcodes.delete(other.id);',
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone, way: old } = await enrolWithPasscode(target)
    await unlockByPasscode(target, { phone, way: await registerPasscode(target, phone, '408613') })
    const { request } = await guess(target, phone.deviceKey, old)
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'the old passcode is still asked for')
  },
}
