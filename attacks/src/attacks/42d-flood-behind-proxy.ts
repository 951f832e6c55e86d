/** Everybody comes through the bank's load balancer. One of them asks until its address may ask no more: which address? */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { withLines } from '../signer.ts'
import type { Target } from '../target.ts'

const perMinute = 5

export const attack: Attack = {
  id: '42d-flood-behind-proxy',
  title: 'Use up the rate of everybody who comes through the same proxy',
  power: 'none: anybody on the Internet',
  gain: 'nobody can enrol',
  requirement: 'T7',
  section: '4',
  expect: 'harmless',
  weaken: { file: 'gateway/line/remote.js', text: 'isTrusted(peer) ?', instead: 'false ?' },
  setting: {
    config: {
      listen: { port: 0, trustedProxies: ['127.0.0.1'] },
      policy: { anonymousPerMinute: perMinute },
    },
  },
  async run(target: Target): Promise<Outcome> {
    const askAs = (client: string) =>
      target.send(withLines(plain(target, '/holdfast/challenge'), ['X-Forwarded-For', client]))
    for (let i = 0; i < perMinute; i++) await askAs('203.0.113.1')
    const flood = await askAs('203.0.113.1')
    if (flood.code !== 'rate_limited') throw new Error('the flood itself was not refused')
    const other = await askAs('203.0.113.2')
    return harmless(other.status !== 200 && `another client was refused with ${other.code}`)
  },
}
