/** Hundreds of small fields within the limit of bytes: each costs memory and time at every hop. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { plain } from '../phone.ts'
import type { FieldLine } from '../raw.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '23b-header-flood',
  title: 'Send hundreds of header fields',
  power: 'none: anybody on the Internet',
  gain: 'work out of proportion to its cost',
  requirement: 'T7',
  section: '3.9',
  expect: 'header_too_large',
  weaken: {
    file: 'gateway/line/edge.js',
    text: 'rawHeaders.length > options.headerFields * 2',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    const lines = Array.from({ length: 500 }, (_, i): FieldLine => [`X-${i}`, '1'])
    return attempt(target, path, withLines(plain(target, path), ...lines))
  },
}
