/** Fields that proxies set and backends trust: where a request came from, and with which certificate. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '25b-claimed-origin',
  title: 'Claim another address or certificate in a header field',
  power: 'changes messages on the way, or sends its own',
  gain: 'what a backend gives to callers from inside',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/request-fields.js', text: 'if (allowed.has(name))', instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    await target.send(withLines(plain(target, path), ['X-Forwarded-For', '10.0.0.1']))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive at all')
    return harmless(seen.fields['x-forwarded-for'] !== undefined && 'the backend was handed the field')
  },
}
