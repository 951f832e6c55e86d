/** Lines that end with a line feed alone: one reader sees a field, another the rest of the field before it. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { serialise } from '../raw.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '24c-bare-line-feed',
  title: 'End header lines with a line feed alone',
  power: 'none: anybody on the Internet',
  gain: 'a field that gateway and backend do not both see',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: {
    file: 'gateway/line/listener.js',
    text: 'insecureHTTPParser: false',
    instead: 'insecureHTTPParser: true',
  },
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    const request = withLines(plain(target, path), ['X-One', 'a'], ['X-Two', 'b'])
    const text = Buffer.from(serialise(request)).toString('latin1').replace('a\r\nX-Two', 'a\nX-Two')
    const answer = await target.sendBytes(Buffer.from(text, 'latin1'))
    return verdict(answer, answer.status === 200 && answer.code === null && 'a backend answered')
  },
}
