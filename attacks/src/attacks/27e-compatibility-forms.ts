/** Dots and slashes of other scripts: to the policy they are letters, a backend that folds them reads `/../`. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

// Full-width dots, a two dot leader, one dot leaders, a full-width slash behind a full-width dot.
const tricks = ['/%EF%BC%8E%EF%BC%8E/', '/%E2%80%A5/', '/%E2%80%A4%E2%80%A4/', '/%EF%BC%8E%EF%BC%8E%EF%BC%8F']

export const attack: Attack = {
  id: '27e-compatibility-forms',
  title: 'Reach a protected path through an open one by letters that look like dots and slashes',
  power: 'none: anybody on the Internet',
  gain: 'protected data without any signature, behind backends that convert by best fit',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'core/target.js', text: "decoded.normalize('NFKC') === decoded", instead: 'true' },
  async run(target: Target): Promise<Outcome> {
    const variants = tricks.map((trick): Variant => {
      const marker = `accounts-${randomText(6)}`
      return { name: trick, marker, request: plain(target, `${target.openPath}${trick}${marker}`) }
    })
    return attemptEach(target, variants)
  },
}
