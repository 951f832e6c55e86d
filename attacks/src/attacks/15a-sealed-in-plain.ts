/** The app is told, or its maker forgets, to seal. The service does not take the plain form of what it wants sealed. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { sealing } from '../seal.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '15a-sealed-in-plain',
  title: 'Send plain what the route wants sealed',
  power: 'ends TLS between phone and service, and talked an app out of sealing',
  gain: 'requests and answers it can read',
  requirement: 'T4',
  section: '8.5',
  expect: 'sealed_required',
  weaken: {
    file: 'server/request.js',
    text: "rule.policy === 'sealed' && !head.channel.sealed",
    instead: 'false',
  },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('sealed')
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
