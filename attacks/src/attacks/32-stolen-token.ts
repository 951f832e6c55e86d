/** The access token leaks: from a log, a crash report, a screen. The thief has nothing else. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { enrol, plain } from '../phone.ts'
import { withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '32-stolen-token',
  title: 'Use a stolen access token alone',
  power: 'holds a valid access token',
  gain: 'everything the user may do until it ends',
  requirement: 'K2',
  section: '3.4',
  expect: 'signature_missing',
  weaken: {
    file: 'server/server.js',
    text: '?? defaultRule',
    instead: "?? { ...defaultRule, policy: 'open' }",
  },
  async run(target: Target): Promise<Outcome> {
    const { tokens } = await enrol(target)
    const variants = ['Holdfast', 'Bearer', 'DPoP'].map((scheme): Variant => {
      const path = target.path('account')
      const request = withLines(plain(target, path), ['Authorization', `${scheme} ${tokens.access}`])
      return { name: scheme, marker: path, request }
    })
    return attemptEach(target, variants)
  },
}
