/** Malware has the phone's keystore sign. The passcode it does not have. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode } from '../passcode.ts'
import { unlockRequest } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '46e-device-key-alone',
  title: 'Unlock by the device key where a passcode is set',
  power: 'has the device key sign what it likes',
  gain: 'a session without the passcode',
  requirement: 'C7',
  section: '5.1',
  expect: 'insufficient_user_authentication',
  weaken: {
    file: 'server/stores/memory/session.js',
    text: 'if (hasPasscode(records, device.id))',
    instead: 'if (false)',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const answer = await target.send(await unlockRequest(target, phone.deviceKey, await makeKey()))
    return verdict(answer, answer.status === 200 && 'the device key alone opened a session')
  },
}
