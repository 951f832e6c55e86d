/** A sloppy app writes without an Idempotency-Key: the first lost answer would make two of it. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '04c-write-without-key',
  title: 'Write without an Idempotency-Key',
  power: 'drops answers between a careless app and the service',
  gain: 'repetitions nobody can tell from new orders',
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
    return attempt(target, path, await phone.signed({ method: 'POST', target: path, body: 'amount=100' }))
  },
}
