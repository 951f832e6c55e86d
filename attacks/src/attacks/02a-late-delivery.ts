/** A request is held back on the way and delivered when it suits the attacker. Its nonce was never used. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '02a-late-delivery',
  title: 'Deliver a request an hour after it was signed',
  power: 'holds messages back',
  gain: 'an old decision of the user takes effect at a moment of the attacker’s choice',
  requirement: 'K3',
  section: '3.5',
  expect: 'signature_expired',
  weaken: { file: 'server/freshness.js', text: 'ageMs > createdWindow.past * 1000 || ', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }, { age: 3600 }))
  },
}
