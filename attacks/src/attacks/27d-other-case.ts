/** Many backends do not tell /Device-Only from /device-only. A policy that does would let the first one by. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '27d-other-case',
  title: 'Miss a stricter rule by writing its path in other letters',
  power: 'holds the session key and a token, not the device key',
  gain: 'the calls a bank keeps for the hardware key',
  requirement: 'T7',
  section: '2.2',
  expect: 'ambiguous_request',
  weaken: { file: 'core/route.js', text: 'covers(rule.path.toLowerCase(), folded)', instead: 'false' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = `/Device-Only/${randomText(6)}`
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
