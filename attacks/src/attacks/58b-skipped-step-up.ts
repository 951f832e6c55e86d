/** The bank asks for the passcode before a payment. A thief with the user's finger pays. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { withPages } from '../factor-settings.ts'
import { unlockByFinger } from '../finger.ts'
import { enrolWithPasscode } from '../passcode.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '58b-skipped-step-up',
  title: 'Call what asks for the passcode with a finger’s session',
  power: 'holds the phone, opened with a finger it takes',
  gain: 'the calls a bank keeps for the passcode',
  requirement: 'T5',
  section: '5.2',
  expect: 'insufficient_user_authentication',
  weaken: { file: 'server/request.js', text: "{ name: 'factor', run: checkFactor },", instead: '' },
  setting: withPages,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await unlockByFinger(target, await enrolWithPasscode(target))
    const path = `/by-passcode/${randomText(9)}`
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
