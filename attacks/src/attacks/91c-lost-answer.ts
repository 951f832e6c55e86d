/** Nothing is forged: the answer is just lost, as on any mobile line, and the product's client repeats by itself. */
import { openApp } from '../app.ts'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '91c-lost-answer',
  title: 'Lose the answer to a write of the product’s own client, twice',
  power: 'drops messages',
  gain: 'a payment made twice or three times by an honest app',
  requirement: 'K3',
  section: '3.7',
  expect: 'harmless',
  weaken: {
    file: 'client/call.js',
    text: '...draft.fields,',
    instead:
      "...draft.fields.map(([name, value]) => [name, name === 'idempotency-key' ? crypto.randomUUID() : value]),",
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const path = target.path('transfer')
    phone.network.loseAnswer(2, ({ url }) => url.endsWith(path))
    await session.fetch(path, { method: 'POST', body: 'amount=100' })
    const times = target.backend?.seen(path).length ?? 0
    return harmless(times > 1 && `the backend ran the write ${times} times`)
  },
}
