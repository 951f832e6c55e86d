/** The write reaches the service; the proxy keeps the answer to itself and says that nothing arrived. So the app tries again. */
import { openApp } from '../app.ts'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import type { Target } from '../target.ts'

const said = JSON.stringify({ code: 'upstream_unreachable' })

export const attack: Attack = {
  id: '91b-forged-error',
  title: 'Answer a write that was done with a forged error',
  power: 'ends TLS between phone and service',
  gain: 'a payment made twice by an honest app',
  requirement: 'K3',
  section: '3.7',
  expect: 'harmless',
  weaken: { file: 'server/idempotency.js', text: 'await store.claim(', instead: "{ kind: 'new' }; void (" },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const path = target.path('transfer')
    let lied = false
    phone.network.rewrite({
      answer: (answer, { url }) => {
        if (lied || !url.endsWith(path)) return answer
        lied = true
        const rawFields = [
          'content-type',
          'application/problem+json',
          'holdfast-error',
          'upstream_unreachable',
        ]
        return { status: 502, rawFields, body: new Response(said).body ?? answer.body }
      },
    })
    const answer = await session.fetch(path, { method: 'POST', body: 'amount=100' })
    if (!lied || !answer.ok) throw new Error('the app did not try again')
    const times = target.backend?.seen(path).length ?? 0
    return harmless(times > 1 && `the backend ran the write ${times} times`)
  },
}
