/** The query is written another way that means the same to most: a signature over a normalised form would still fit. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

/** As signed, as sent. */
const pairs: ReadonlyArray<readonly [string, string]> = [
  ['?q=A', '?q=%41'],
  ['?q=a%2Fb', '?q=a%2fb'],
  ['?q=a+b', '?q=a%20b'],
  ['', '?'],
  ['?a=1&b=2', '?b=2&a=1'],
]

export const attack: Attack = {
  id: '11-recoded-query',
  title: 'Write the query in another way than it was signed',
  power: 'changes messages on the way',
  gain: 'a request that was not the one signed',
  requirement: 'K2',
  section: '3.2',
  expect: 'signature_invalid',
  weaken: {
    file: 'server/signature.js',
    text: 'origin + head.target.raw',
    instead: 'origin + decodeURIComponent(head.target.raw)',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const variants: Variant[] = []
    for (const [signedAs, sentAs] of pairs) {
      const path = target.path('account')
      const signed = await phone.signed({ method: 'GET', target: path + signedAs })
      variants.push({
        name: `${signedAs} as ${sentAs}`,
        marker: path,
        request: { ...signed, target: path + sentAs },
      })
    }
    return attemptEach(target, variants)
  },
}
