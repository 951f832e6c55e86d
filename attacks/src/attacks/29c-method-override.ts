/** A field that some frameworks obey more than the method in the request line. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '29c-method-override',
  title: 'Override the method in a header field',
  power: 'changes messages on the way, or sends its own',
  gain: 'a write under the rules of a read',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/request-fields.js', text: 'if (allowed.has(name))', instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    await target.send(withLines(plain(target, path), ['X-HTTP-Method-Override', 'DELETE']))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive at all')
    return harmless(seen.fields['x-http-method-override'] !== undefined && 'the backend was handed the field')
  },
}
