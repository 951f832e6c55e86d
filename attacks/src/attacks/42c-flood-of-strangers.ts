/** Nobody knows these callers, and each of their questions costs the service something. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { plain } from '../phone.ts'
import type { Target } from '../target.ts'

const perMinute = 10

export const attack: Attack = {
  id: '42c-flood-of-strangers',
  title: 'Ask for enrolment without end from one address',
  power: 'none: anybody on the Internet',
  gain: 'as many guesses as the line can carry',
  requirement: 'K1',
  section: '4',
  expect: 'rate_limited',
  weaken: { file: 'server/rate.js', text: 'hits > limit', instead: 'false' },
  setting: { config: { policy: { anonymousPerMinute: perMinute } } },
  async run(target: Target): Promise<Outcome> {
    const ask = () => target.send(plain(target, '/holdfast/challenge'))
    for (let i = 0; i < perMinute; i++) await ask()
    const answer = await ask()
    return verdict(answer, answer.status === 200 && `question ${perMinute + 1} in the minute was answered`)
  },
}
