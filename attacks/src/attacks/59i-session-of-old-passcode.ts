/** The passcode was seen and used. Its user changes it; the session of the one who used it should be over. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrolWithPasscode, registerPasscode, unlockByPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '59i-session-of-old-passcode',
  title: 'Go on with a session after the passcode was changed',
  power: 'opened a session with the passcode of before',
  gain: 'the minutes until the session would have ended',
  requirement: 'C7',
  section: '5.1',
  expect: 'session_ended',
  weaken: {
    file: 'server/stores/memory/factor.js',
    text: 'endFamilies(records, deviceId, now);',
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    await unlockByPasscode(target, { phone, way: await registerPasscode(target, phone, '408613') })
    const path = target.path('account')
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
