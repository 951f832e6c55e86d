/**
 * The write is done and the attacker swallows its answer, so that the phone sends it again: honestly, with a new signature.
 * The code is "harmless" because the repetition is answered, with what the first one got.
 */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '04a-swallowed-answer',
  title: 'Swallow the answer to a write so that the phone repeats it',
  power: 'drops messages',
  gain: 'a payment made twice',
  requirement: 'K3',
  section: '3.7',
  expect: 'harmless',
  weaken: { file: 'server/idempotency.js', text: 'await store.claim(', instead: "{ kind: 'new' }; void (" },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields = [['Idempotency-Key', randomText()] as const]
    const write = () => phone.signed({ method: 'POST', target: path, fields, body: 'amount=100' })
    const swallowed = await target.send(await write())
    const repeated = await target.send(await write())
    const again = swallowed.code === null && repeated.fields.get('holdfast-repeated') !== 'true'
    return harmless(
      again && `the backend ran the write ${target.backend?.seen(path).length ?? 'once'} more times`,
    )
  },
}
