/** The finger was given; the session is asked for as if it had been the passcode, which opens more. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { bindFinger, prove } from '../finger.ts'
import { enrolWithPasscode, grantRequest } from '../passcode.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55e-finger-for-passcode',
  title: 'Open a passcode’s session with a finger',
  power: 'holds the phone, and its user’s finger',
  gain: 'what the bank keeps for the passcode',
  requirement: 'C8',
  section: '5.1',
  expect: 'grant_refused',
  weaken: {
    file: 'server/session.js',
    text: `found.kind !== kind)
        return null;
    return { kind,`,
    instead: `false)
        return null;
    return { kind: found.kind,`,
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const proved = await prove(target, phone, await bindFinger(target, phone))
    const request = await grantRequest(target, phone.deviceKey, proved, { sessionKey: await makeKey() })
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'a finger passed for the passcode')
  },
}
