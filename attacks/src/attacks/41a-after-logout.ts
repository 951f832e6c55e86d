/** The user logs out on a lent computer; what was copied there before still has minutes to live. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol, json } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '41a-after-logout',
  title: 'Go on with a session after its user logged out',
  power: 'holds the session’s key and token',
  gain: 'the minutes until the token would have ended',
  requirement: 'T5',
  section: '5',
  expect: 'session_ended',
  weaken: { file: 'server/request.js', text: 'family.endedAt !== null || ', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    await target.send(await phone.signed({ method: 'GET', target: path }))
    json(await target.send(await phone.signed({ method: 'DELETE', target: '/holdfast/session' })))
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
