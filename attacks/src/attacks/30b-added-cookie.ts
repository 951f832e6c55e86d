/** Nobody signs cookies here, so nobody may add one. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '30b-added-cookie',
  title: 'Add a cookie on the way',
  power: 'changes messages on the way, or sends its own',
  gain: 'a second, unsigned identity for backends that also know cookies',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/request-fields.js', text: 'if (allowed.has(name))', instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    await target.send(withLines(plain(target, path), ['Cookie', 'session=of-the-attacker']))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive at all')
    return harmless(seen.fields['cookie'] !== undefined && 'the backend was handed the field')
  },
}
