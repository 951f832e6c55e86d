/** A request to change the protocol: what is said after that, no check of requests would see. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '24f-upgrade',
  title: 'Ask for another protocol on the connection',
  power: 'none: anybody on the Internet',
  gain: 'a tunnel to the backend past every check',
  requirement: 'T7',
  section: '3.9',
  expect: 'upgrade_refused',
  weaken: { file: 'server/head.js', text: "fields.has('upgrade')", instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    const request = withLines(plain(target, path), ['Connection', 'Upgrade'], ['Upgrade', 'h2c'])
    return attempt(target, path, request)
  },
}
