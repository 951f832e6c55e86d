/** One Host, but not ours: the name of something that lives behind the same gateway, or a rebound DNS name. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { altered } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '26c-foreign-host',
  title: 'Name another host',
  power: 'is a customer with an own phone, or a web page with a rebound DNS name',
  gain: 'answers for another name than the one the service speaks for',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: {
    file: 'gateway/line/edge.js',
    text: "!options.hosts.has((head.fields.get('host') ?? '').toLowerCase())",
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const signed = await phone.signed({ method: 'GET', target: path })
    return attempt(target, path, altered(signed, { host: 'admin.internal' }))
  },
}
