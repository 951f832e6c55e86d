/** One backend among many is taken over. It speaks in the gateway's name to make phones throw their enrolment away. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '25c-hostile-backend',
  title: 'Answer, as a backend, in Holdfast’s name',
  power: 'is one of the backends',
  gain: 'phones that believe they were revoked',
  requirement: 'K3',
  section: '3.8',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/answer-fields.js',
    text: 'ours.has(name) || name.startsWith(reservedPrefix)',
    instead: 'false',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('hostile')
    const answer = await target.send(await phone.signed({ method: 'GET', target: path }))
    if (target.backend?.seen(path).length !== 1) throw new Error('the hostile backend was not asked')
    return harmless(answer.code !== null && `the phone was told ${answer.code} in the gateway’s name`)
  },
}
