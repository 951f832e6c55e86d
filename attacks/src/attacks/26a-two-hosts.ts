/** Two Host fields: the gateway may route by one and the backend act for the other. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '26a-two-hosts',
  title: 'Send two Host fields',
  power: 'is a customer with an own phone',
  gain: 'another virtual host behind the gateway',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: {
    file: 'core/fields.js',
    text: 'if (before !== undefined && isSingle(name))',
    instead:
      "if (before !== undefined && name === 'host') continue; if (before !== undefined && isSingle(name))",
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const signed = await phone.signed({ method: 'GET', target: path })
    return attempt(target, path, withLines(signed, ['Host', 'admin.internal']))
  },
}
