/** The passkey is touched by somebody. That it was its user, the authenticator does not say. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { withPages } from '../factor-settings.ts'
import { assertion, bindPasskey } from '../passkey.ts'
import { enrolWithPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55f-unverified-passkey',
  title: 'Use a passkey without its user’s finger',
  power: 'holds the security key, and has the device key sign',
  gain: 'a session without its user',
  requirement: 'C8',
  section: '12.3',
  expect: 'presence_refused',
  weaken: {
    file: 'server/passkey.js',
    text: `requireUserVerification: true,
            credential:`,
    instead: `requireUserVerification: false,
            credential:`,
  },
  setting: withPages,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const { request } = await assertion(target, phone, await bindPasskey(target, phone), { unverified: true })
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'a touch by nobody in particular was enough')
  },
}
