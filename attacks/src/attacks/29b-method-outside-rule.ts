/** The rule opens a path for reading; the attacker writes there. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '29b-method-outside-rule',
  title: 'Write, unsigned, where the policy opens only reading',
  power: 'none: anybody on the Internet',
  gain: 'writes without any signature',
  requirement: 'T7',
  section: '2.2',
  expect: 'signature_missing',
  weaken: {
    file: 'core/route.js',
    text: "rule.methods?.includes(method === 'HEAD' ? 'GET' : method) ?? true",
    instead: 'true',
  },
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    return attempt(target, path, plain(target, path, 'DELETE'))
  },
}
