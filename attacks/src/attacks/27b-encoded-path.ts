/** The same tricks behind percent-encoding, which the backend takes off and a careless policy does not. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const tricks = ['/%2e%2e/', '/.%2E/', '/..%2f', '/..%5c', '/x%00/', '/%252e%252e/', '/..%3b/']

export const attack: Attack = {
  id: '27b-encoded-path',
  title: 'Reach a protected path through an open one by percent-encoding',
  power: 'none: anybody on the Internet',
  gain: 'protected data without any signature',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'core/target.js', text: 'oddEncoding.test(path)', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const variants = tricks.map((trick): Variant => {
      const marker = `accounts-${randomText(6)}`
      return { name: trick, marker, request: plain(target, `${target.openPath}${trick}${marker}`) }
    })
    return attemptEach(target, variants)
  },
}
