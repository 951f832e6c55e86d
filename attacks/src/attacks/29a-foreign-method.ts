/** Methods nobody planned for: TRACE echoes secrets, and backends have handlers for words the policy never heard. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '29a-foreign-method',
  title: 'Use a method the gateway does not know',
  power: 'is a customer with an own phone',
  gain: 'handlers of the backend that no policy thought of',
  requirement: 'T7',
  section: '3.9',
  expect: 'method_refused',
  weaken: { file: 'server/head.js', text: '!methods.has(method)', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const fields = [['Idempotency-Key', randomText()] as const]
    return attempt(target, path, await phone.signed({ method: 'PROPFIND', target: path, fields }))
  },
}
