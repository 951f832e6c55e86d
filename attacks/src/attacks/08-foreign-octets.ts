/** Octets beyond ASCII in a covered field: latin1 to one reader, half a UTF-8 character to another. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '08-foreign-octets',
  title: 'Put octets beyond ASCII into a covered field',
  power: 'is a customer with an own phone',
  gain: 'a signature base that reads differently at gateway and backend',
  requirement: 'K2',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'core/fields.js', text: '!printable.test(value)', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields = [
      ['Content-Type', 'text/plain; name="caf\u00e9"'] as const,
      ['Idempotency-Key', randomText()] as const,
    ]
    return attempt(target, path, await phone.signed({ method: 'POST', target: path, fields, body: 'x' }))
  },
}
