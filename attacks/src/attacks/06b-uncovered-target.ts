/** The signature covers all but the target: it is good for every path. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '06b-uncovered-target',
  title: 'Send a request whose signature does not cover its target to another path',
  power: 'changes messages on the way',
  gain: 'any path under a good signature',
  requirement: 'K2',
  section: '3.2',
  expect: 'signature_invalid',
  weaken: {
    file: 'server/request.js',
    text: "{ name: 'coverage', run: ({ head, rule, signature }) => checkCoverage(head, rule.fields, set(signature)) },",
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const components = ['@method', 'content-digest', 'authorization']
    const signed = await phone.signed({ method: 'GET', target: target.path('weather') }, { components })
    const path = target.path('account')
    return attempt(target, path, { ...signed, target: path })
  },
}
