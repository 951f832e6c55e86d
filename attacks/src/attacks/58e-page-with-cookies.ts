/** The backend is careless: it lets every page in, cookies and all. The gateway stands in front of it. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { welcomePage } from '../backend.ts'
import { page, withPages } from '../factor-settings.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '58e-page-with-cookies',
  title: 'Take a careless backend’s word for which pages may read',
  power: 'runs a page in the user’s browser, and knows a backend that says yes to every page',
  gain: 'answers made with the user’s cookies, or an answer for two pages in one',
  requirement: 'T7',
  section: '3.10',
  expect: 'harmless',
  weaken: {
    file: 'server/cors.js',
    text: '.filter(([name]) => !replaced.has(name.toLowerCase()))',
    instead: '',
  },
  setting: withPages,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `/open/careless-pages/${randomText(9)}`
    const { fields } = await target.send(withLines(plain(target, path), ['Origin', page]))
    const allowed = fields.get('access-control-allow-origin') ?? ''
    if (fields.has('access-control-allow-credentials')) return harmless('cookies may come along')
    return harmless(allowed.includes(welcomePage) && `the answer is for ${allowed}`)
  },
}
