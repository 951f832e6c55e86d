/** Two nodes behind a load balancer: what the first has seen, the second has not. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { twoNodes } from '../factor-settings.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '01c-replay-at-other-node',
  title: 'Send a captured request again to another node',
  power: 'reads one signed request and can choose the node',
  gain: 'the same data, or the same effect, once more',
  requirement: 'K3',
  section: '3.5',
  expect: 'replayed',
  weaken: { file: 'gateway/stores.js', text: "if (nonces.kind === 'redis')", instead: 'if (false)' },
  setting: twoNodes,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const captured = await phone.signed({ method: 'GET', target: path })
    await target.send(captured)
    return attempt(target, path, captured, target.sendElsewhere)
  },
}
