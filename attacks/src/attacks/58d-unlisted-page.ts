/** Pages of strangers in the user's own browser, behind his firewall: what they may read the service decides. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { foreignPage, page, withPages } from '../factor-settings.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

/** What they could be taken for. */
const strangers = [
  foreignPage,
  'https://evil.example',
  'null',
  'https://bank.example',
  'https://sub.app.bank.example',
  page.replace('https:', 'http:'),
  `${page}:444`,
  `${page}/`,
  page.toUpperCase(),
]

export const attack: Attack = {
  id: '58d-unlisted-page',
  title: 'Read answers from a page nobody listed',
  power: 'runs a page in the user’s browser',
  gain: 'what only the bank’s own pages may read',
  requirement: 'T7',
  section: '3.10',
  expect: 'harmless',
  weaken: {
    file: 'server/cors.js',
    text: 'origin !== undefined && origins.has(origin) ? origin : null',
    instead: 'origin ?? null',
  },
  setting: withPages,
  async run(target: Target): Promise<Outcome> {
    for (const origin of strangers)
      for (const path of [`/open/${randomText(9)}`, '/.well-known/holdfast', target.path('account')]) {
        const preflight = plain(target, path, 'OPTIONS')
        const requests = [
          withLines(plain(target, path), ['Origin', origin]),
          withLines(preflight, ['Origin', origin], ['Access-Control-Request-Method', 'GET']),
        ]
        for (const request of requests) {
          const { fields } = await target.send(request)
          const allowed = fields.get('access-control-allow-origin')
          if (allowed !== undefined) return harmless(`${allowed} may read ${path}`)
        }
      }
    return harmless(false)
  },
}
