/** The repetition does not wait for the first to end: both are at the gateway at the same time. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '04b-two-at-once',
  title: 'Have the phone send one write twice at the same moment',
  power: 'delays and drops messages',
  gain: 'a payment made twice in the gap before the first is done',
  requirement: 'K3',
  section: '3.7',
  expect: 'request_in_progress',
  weaken: { file: 'server/idempotency.js', text: 'await store.claim(', instead: "{ kind: 'new' }; void (" },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('slow')
    const fields = [['Idempotency-Key', randomText()] as const]
    const draft = { method: 'POST', target: path, fields, body: 'amount=100' }
    const requests = [await phone.signed(draft), await phone.signed(draft)]
    const answers = await Promise.all(requests.map((request) => target.send(request)))
    const times = target.backend?.seen(path).length ?? 0
    const refused = answers.find(({ code }) => code !== null) ?? answers[1]
    if (refused === undefined) throw new Error('no answers')
    return verdict(refused, times > 1 && `the backend ran the write ${times} times`)
  },
}
