/** The same key signs for another protocol. Its signature there must be worth nothing here. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '09b-foreign-tag',
  title: 'Use a signature that was made under another tag',
  power: 'has the phone sign something of another protocol',
  gain: 'a signature moved from a harmless purpose to this one',
  requirement: 'K2',
  section: '3.3',
  expect: 'signature_invalid',
  weaken: { file: 'core/request.js', text: 'tag="${signatureTag}")$', instead: 'tag="[a-z]+")$' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }, { tag: 'other' }))
  },
}
