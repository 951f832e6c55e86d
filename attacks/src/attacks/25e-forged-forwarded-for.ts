/** Rates are counted by address. A client that nobody asked says in each request that it comes from another one. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { plain } from '../phone.ts'
import { withLines } from '../signer.ts'
import type { Target } from '../target.ts'

const perMinute = 5

export const attack: Attack = {
  id: '25e-forged-forwarded-for',
  title: 'Escape a rate by another X-Forwarded-For in each request',
  power: 'none: anybody on the Internet',
  gain: 'as many guesses as the line can carry, and other customers’ addresses in the log',
  requirement: 'T7',
  section: '4',
  expect: 'rate_limited',
  weaken: { file: 'gateway/line/remote.js', text: 'isTrusted(peer) ?', instead: 'true ?' },
  setting: {
    config: {
      listen: { port: 0, trustedProxies: ['10.0.0.0/8'] },
      policy: { anonymousPerMinute: perMinute },
    },
  },
  async run(target: Target): Promise<Outcome> {
    const ask = (from: number) =>
      target.send(withLines(plain(target, '/holdfast/challenge'), ['X-Forwarded-For', `203.0.113.${from}`]))
    for (let i = 1; i <= perMinute; i++) await ask(i)
    const answer = await ask(perMinute + 1)
    return verdict(answer, answer.status === 200 && `question ${perMinute + 1} in the minute was answered`)
  },
}
