/** A careless app counts its writes, 1, 2, 3, and after it is installed anew starts with 1: the key of another order. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '04c-guessable-key',
  title: 'Write under an Idempotency-Key of one character',
  power: 'has a careless app to play with',
  gain: 'new orders that are taken for repetitions of old ones, and the other way round',
  requirement: 'K3',
  section: '3.7',
  expect: 'idempotency_key_missing',
  weaken: {
    file: 'server/request.js',
    text: "if (!idempotencyKey.test(head.fields.get('idempotency-key') ?? ''))",
    instead: 'if (false)',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields = [['Idempotency-Key', '1'] as const]
    return attempt(
      target,
      path,
      await phone.signed({ method: 'POST', target: path, fields, body: 'amount=100' }),
    )
  },
}
