/** A page that looks like the bank's has the user touch his passkey. The browser says whose page it was. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { foreignPage, withPages } from '../factor-settings.ts'
import { assertion, bindPasskey } from '../passkey.ts'
import { enrolWithPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55g-passkey-on-foreign-page',
  title: 'Have a passkey touched on another page',
  power: 'runs a page that may name the bank’s relying party, and passes on what it gets',
  gain: 'a session of whoever was taken in',
  requirement: 'C8',
  section: '12.3',
  expect: 'presence_refused',
  weaken: {
    file: 'server/passkey.js',
    text: `expectedOrigin: [...origins],
            expectedRPID: rpId,
            requireUserVerification: true,
            credential:`,
    instead: `expectedOrigin: JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()).origin,
            expectedRPID: rpId,
            requireUserVerification: true,
            credential:`,
  },
  setting: withPages,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const passkey = await bindPasskey(target, phone)
    const { request } = await assertion(target, phone, passkey, { origin: foreignPage })
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'what was touched elsewhere opened this')
  },
}
