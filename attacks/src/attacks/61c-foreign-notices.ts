/** What happened to whose devices: every user may read it of his own. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol, json } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '61c-foreign-notices',
  title: 'Read what happened to the devices of others',
  power: 'has a device of its own, enrolled',
  gain: 'who changed what when, and what his phones are called',
  requirement: 'C9',
  section: '14.4',
  expect: 'harmless',
  weaken: { file: 'server/stores/memory/factor.js', text: 'entry.user === user && ', instead: '' },
  async run(target: Target): Promise<Outcome> {
    await enrol(target)
    const curious = await enrol(target)
    const answer = await target.send(await curious.signed({ method: 'GET', target: '/holdfast/notices' }))
    const notices = json(answer)['notices'] as Array<{ kind: string }>
    if (notices.length === 0) throw new Error('there is no notice of its own')
    return harmless(notices.length > 1 && `${notices.length - 1} notices are of others`)
  },
}
