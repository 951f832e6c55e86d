/** A target in absolute form names a host of its own: a proxy that obeys it becomes the attacker's. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '26b-absolute-target',
  title: 'Send the target in absolute form',
  power: 'is a customer with an own phone',
  gain: 'requests to hosts inside the bank',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: {
    file: 'core/target.js',
    text: 'const path = raw.length <= maxLength ? form.exec(raw)?.[1] : undefined;',
    instead: 'return { raw, path: raw }; const path = undefined;',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const absolute = `http://admin.internal${path}`
    return attempt(target, path, await phone.signed({ method: 'GET', target: absolute }))
  },
}
