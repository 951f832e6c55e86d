/** The shared nonce memory is emptied in the middle of the window: an eviction, a failover, a mistake. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '01d-replay-after-wipe',
  title: 'Send a captured request again after the nonce memory was wiped',
  power: 'reads one signed request and can make Redis forget',
  gain: 'a replay that the emptied nonce memory cannot know',
  requirement: 'K3',
  section: '3.5',
  expect: 'nonce_store_restarted',
  weaken: {
    file: 'server/freshness.js',
    text: 'use.epoch > 0 && stamp.createdMs < blindUntil',
    instead: 'false',
  },
  setting: { store: 'cluster' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const captured = await phone.signed({ method: 'GET', target: path })
    await target.send(captured)
    await target.wipeNonces()
    return attempt(target, path, captured)
  },
}
