/** A factor was proved once and opened a session. Malware asks for another one with it. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, grantRequest, logIn } from '../passcode.ts'
import { json } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '59g-factor-used-twice',
  title: 'Open two sessions with one factor',
  power: 'runs code in the app, and has the device key sign',
  gain: 'a session of its own beside its user’s',
  requirement: 'T5',
  section: '5.1',
  expect: 'grant_refused',
  weaken: { file: 'server/stores/memory/factor.js', text: 'factors.delete(start.factor);', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    const proved = await logIn(target, phone, way)
    const grant = async () =>
      target.send(await grantRequest(target, phone.deviceKey, proved, { sessionKey: await makeKey() }))
    json(await grant())
    const answer = await grant()
    return verdict(answer, answer.status === 200 && 'one factor opened two sessions')
  },
}
