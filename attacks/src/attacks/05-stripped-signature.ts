/** No signature at all, half of one, or the other half: a service that checks what is there would check nothing. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { altered } from '../signer.ts'
import type { Target } from '../target.ts'

const cuts: ReadonlyArray<readonly string[]> = [
  ['signature', 'signature-input'],
  ['signature'],
  ['signature-input'],
]

export const attack: Attack = {
  id: '05-stripped-signature',
  title: 'Strip the signature off a request',
  power: 'changes messages on the way, or holds a token',
  gain: 'requests of any content',
  requirement: 'K2',
  section: '2.2',
  expect: 'signature_missing',
  weaken: {
    file: 'server/server.js',
    text: '?? defaultRule',
    instead: "?? { ...defaultRule, policy: 'open' }",
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const variants: Variant[] = []
    for (const cut of cuts) {
      const path = target.path('account')
      const signed = await phone.signed({ method: 'GET', target: path })
      const request = altered(signed, Object.fromEntries(cut.map((name) => [name, null])))
      variants.push({ name: `without ${cut.join(' and ')}`, marker: path, request })
    }
    return attemptEach(target, variants)
  },
}
