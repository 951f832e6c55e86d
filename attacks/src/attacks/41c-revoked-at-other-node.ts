/** The owner had the phone revoked a second ago, at one node. The thief uses it at another, which has it in its cache. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { twoNodes } from '../factor-settings.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

const effectiveMs = 1000

export const attack: Attack = {
  id: '41c-revoked-at-other-node',
  title: 'Use a device at another node a second after it was revoked',
  power: 'holds the phone, unlocked, and can choose the node',
  gain: 'the minutes until the token would have ended',
  requirement: 'X9',
  section: '6',
  expect: 'device_revoked',
  weaken: {
    file: 'server/session-cache.js',
    text: 'store.subscribe(forget)',
    instead: 'store.subscribe(() => undefined)',
  },
  setting: twoNodes,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    await target.sendElsewhere(await phone.signed({ method: 'GET', target: path }))
    await target.revoke(phone.device)
    await new Promise((resolve) => setTimeout(resolve, effectiveMs))
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }), target.sendElsewhere)
  },
}
