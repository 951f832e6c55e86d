/** Two writes are on their way; the attacker exchanges their bodies and leaves every header as it was. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '03a-swapped-bodies',
  title: 'Exchange the bodies of two signed requests',
  power: 'changes messages on the way',
  gain: 'one payment’s amount with the other’s payee',
  requirement: 'K2',
  section: '3.6',
  expect: 'digest_mismatch',
  weaken: { file: 'server/body.js', text: '!equal(covered, nodeCrypto.sha256(body))', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const write = (body: string) =>
      phone.signed({ method: 'POST', target: path, fields: [['Idempotency-Key', randomText()]], body })
    const [small, large] = [await write('amount=0000001'), await write('amount=9999999')]
    return attempt(target, path, { ...small, body: large.body })
  },
}
