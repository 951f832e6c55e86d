/** A field that Connection names goes no further. A backend names Cache-Control, and may mean no harm by it. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '30d-connection-named-cache-control',
  title: 'Take the gateway’s word to caches off by naming it in Connection',
  power: 'is one of the backends, or finds a careless one, and asks the same cache as the victim',
  gain: 'the victim’s account from the cache',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/answer-fields.js',
    text: 'return { list: kept, length }',
    instead: 'return { list: without(kept, named), length }',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const answer = await target.send(await phone.signed({ method: 'GET', target: target.path('one-hop') }))
    if (answer.status !== 200) throw new Error(`the backend did not answer: ${answer.status}`)
    const control = answer.fields.get('cache-control') ?? 'none'
    return harmless(!/no-store/.test(control) && `Cache-Control: ${control}`)
  },
}
