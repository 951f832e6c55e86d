/** Lengths that one reader takes for octal, another for a number with noise in front. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { FieldLine } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '24b-padded-length',
  title: 'Write the content length with leading zeros',
  power: 'is a customer with an own phone',
  gain: 'a boundary between two requests that is not where the gateway thinks',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: {
    file: 'gateway/line/edge.js',
    text: 'length !== undefined && !lengthForm.test(length)',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields: FieldLine[] = [
      ['Content-Length', '00000008'],
      ['Idempotency-Key', randomText()],
    ]
    return attempt(
      target,
      path,
      await phone.signed({ method: 'POST', target: path, fields, body: 'amount=1' }),
    )
  },
}
