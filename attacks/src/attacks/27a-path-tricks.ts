/** Paths that begin in the open part and end, for whoever resolves them, in the protected one. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const tricks = ['/../', '/./../', '//../', '//', '/x/../../']

export const attack: Attack = {
  id: '27a-path-tricks',
  title: 'Reach a protected path through an open one',
  power: 'none: anybody on the Internet',
  gain: 'protected data without any signature',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'core/target.js', text: ' || oddSegment.test(path)', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const variants = tricks.map((trick): Variant => {
      const marker = `accounts-${randomText(6)}`
      return { name: trick, marker, request: plain(target, `${target.openPath}${trick}${marker}`) }
    })
    return attemptEach(target, variants)
  },
}
