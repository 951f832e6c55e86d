/** The session is open and lies on the table. What it is asked for now wants its user to be there now. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { withPages } from '../factor-settings.ts'
import { enrolWithPasscode } from '../passcode.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const staleMs = 2500

export const attack: Attack = {
  id: '58c-stale-factor',
  title: 'Call what asks for a fresh factor with an old one',
  power: 'holds the phone, unlocked some time ago',
  gain: 'the calls a bank keeps for who is there',
  requirement: 'T5',
  section: '5.2',
  expect: 'insufficient_user_authentication',
  weaken: { file: 'core/factor.js', text: 'now - authTime <= demand.maxAge', instead: 'true' },
  setting: withPages,
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    await new Promise((resolve) => setTimeout(resolve, staleMs))
    const path = `/just-now/${randomText(9)}`
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
