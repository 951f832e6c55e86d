/** The plainest one: a request heard once is sent again, to read what the owner read or do what the owner did. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '01a-replay',
  title: 'Send a captured request again',
  power: 'reads one signed request as it passes',
  gain: 'the same data, or the same effect, once more',
  requirement: 'K3',
  section: '3.5',
  expect: 'replayed',
  weaken: { file: 'server/freshness.js', text: '!use.first', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const captured = await phone.signed({ method: 'GET', target: path })
    await target.send(captured)
    return attempt(target, path, captured)
  },
}
