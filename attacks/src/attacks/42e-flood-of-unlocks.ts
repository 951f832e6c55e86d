/** To learn that it does not know a key, the service looks it up in its database: a question anybody can ask. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { unlockRequest } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

const perMinute = 5

export const attack: Attack = {
  id: '42e-flood-of-unlocks',
  title: 'Ask for sessions without end with keys nobody knows',
  power: 'none: anybody on the Internet',
  gain: 'as many questions to the database as the line can carry',
  requirement: 'T7',
  section: '4',
  expect: 'rate_limited',
  weaken: {
    file: 'server/device-call.js',
    text: 'await limitAnonymous(head.remote, deployment);',
    instead: '',
  },
  setting: { config: { policy: { anonymousPerMinute: perMinute } } },
  async run(target: Target): Promise<Outcome> {
    const unlock = async () => target.send(await unlockRequest(target, await makeKey(), await makeKey()))
    for (let i = 0; i < perMinute; i++) await unlock()
    const answer = await unlock()
    const evidence = `key ${perMinute + 1} in the minute was looked up`
    return verdict(answer, answer.code === 'grant_refused' && evidence)
  },
}
