/** A field that has one meaning comes twice; the signature covers the two joined. Who decides which line counts? */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { FieldLine } from '../raw.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '10-repeated-field',
  title: 'Send Content-Type twice',
  power: 'is a customer with an own phone',
  gain: 'gateway and backend parse the body as different things',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'core/fields.js', text: 'before !== undefined && isSingle(name)', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields: FieldLine[] = [
      ['Content-Type', 'text/plain'],
      ['Content-Type', 'application/json'],
      ['Idempotency-Key', randomText()],
    ]
    return attempt(target, path, await phone.signed({ method: 'POST', target: path, fields, body: '{}' }))
  },
}
