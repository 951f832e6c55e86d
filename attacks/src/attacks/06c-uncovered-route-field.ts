/** A route says that X-Account must be covered; a careless app leaves it out, and the attacker fills it in. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { altered, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '06c-uncovered-route-field',
  title: 'Change a field the route wants covered and the signature does not cover',
  power: 'changes messages on the way',
  gain: 'another account under a good signature',
  requirement: 'K2',
  section: '3.2',
  expect: 'signature_invalid',
  weaken: { file: 'server/signature.js', text: '(head.fields, routeFields)', instead: '(head.fields, [])' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = `/accounts-by-field/${randomText(6)}`
    const signed = await phone.signed({ method: 'GET', target: path, fields: [['X-Account', 'own']] })
    return attempt(target, path, altered(signed, { 'x-account': 'another' }))
  },
}
