/** A careless backend calls a personal answer public, and a cache between phone and service believes it. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '30a-cached-answer',
  title: 'Get a signed route’s answer into a shared cache',
  power: 'asks the same cache as the victim',
  gain: 'the victim’s account from the cache',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/call.js', text: 'signed: verified !== null', instead: 'signed: false' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const answer = await target.send(await phone.signed({ method: 'GET', target: target.path('cacheable') }))
    if (answer.status !== 200) throw new Error(`the backend did not answer: ${answer.status}`)
    const control = answer.fields.get('cache-control') ?? ''
    return harmless(
      control.includes('public') && !/no-store|private/.test(control) && `Cache-Control: ${control}`,
    )
  },
}
