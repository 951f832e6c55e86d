/** `/holdfast/` is the service's own and no backend ever sees it. In other letters it would, and some make no difference. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '27f-own-path-in-other-case',
  title: 'Reach a backend under a path that is the service’s own, in other letters',
  power: 'is a customer with an own phone',
  gain: 'what a backend keeps where it takes the service to stand in front',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'server/server.js', text: 'if (isOwn(path.toLowerCase()))', instead: 'if (false)' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = `/Holdfast/${randomText(6)}`
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
