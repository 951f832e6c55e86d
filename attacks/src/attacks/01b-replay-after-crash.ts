/** The service remembers nonces in memory; so the attacker makes it forget: it crashes the process and replays at once. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '01b-replay-after-crash',
  title: 'Send a captured request again after the service was killed and started',
  power: 'reads one signed request and can crash the process',
  gain: 'a replay that the emptied nonce memory cannot know',
  requirement: 'K3',
  section: '3.5',
  expect: 'nonce_store_restarted',
  weaken: {
    file: 'server/freshness.js',
    text: 'use.epoch > 0 && stamp.createdMs < blindUntil',
    instead: 'false',
  },
  setting: { store: 'embedded' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const captured = await phone.signed({ method: 'GET', target: path })
    await target.send(captured)
    await target.crash()
    return attempt(target, path, captured)
  },
}
