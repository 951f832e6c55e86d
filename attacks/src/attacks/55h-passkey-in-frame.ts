/** The bank's own page, shown in the frame of another, under a button that says something else. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { withPages } from '../factor-settings.ts'
import { assertion, bindPasskey } from '../passkey.ts'
import { enrolWithPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55h-passkey-in-frame',
  title: 'Have a passkey touched within a frame',
  power: 'runs a page that shows the bank’s in a frame',
  gain: 'a touch its user did not mean for the bank',
  requirement: 'C8',
  section: '12.3',
  expect: 'presence_refused',
  weaken: {
    file: 'server/passkey.js',
    text: 'if (crossOrigin === true || topOrigin !== undefined)',
    instead: 'if (false)',
  },
  setting: withPages,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const { request } = await assertion(target, phone, await bindPasskey(target, phone), { framed: true })
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'what was touched in a frame opened this')
  },
}
