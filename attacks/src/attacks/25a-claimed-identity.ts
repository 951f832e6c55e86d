/** The backend believes what the gateway writes into Holdfast-User. So the attacker writes it himself, where no signature is asked. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '25a-claimed-identity',
  title: 'Claim an identity in a header field',
  power: 'changes messages on the way, or sends its own',
  gain: 'every account, behind a backend that trusts the gateway’s fields',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/request-fields.js', text: 'if (allowed.has(name))', instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    await target.send(withLines(plain(target, path), ['Holdfast-User', 'admin']))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive at all')
    return harmless(seen.fields['holdfast-user'] !== undefined && 'the backend was handed the field')
  },
}
