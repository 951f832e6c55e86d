/** Browsers send preflights for every page, without a signature: somebody else's way to a backend that nobody else may talk to. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { page, withPages } from '../factor-settings.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '58f-preflight-to-backend',
  title: 'Reach the backend with a preflight',
  power: 'runs a page in the user’s browser',
  gain: 'requests at the backend that nobody signed',
  requirement: 'T7',
  section: '3.10',
  expect: 'harmless',
  weaken: {
    file: 'server/cors.js',
    text: 'if (!asks || speaksForSomebody || originOf(head) === null)',
    instead: '',
  },
  setting: withPages,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `/anything/${randomText(9)}`
    const lines = [['Origin', page] as const, ['Access-Control-Request-Method', 'DELETE'] as const]
    await target.send(withLines(plain(target, path, 'OPTIONS'), ...lines))
    return harmless(target.backend?.seen(path).length !== 0 && 'the backend was asked')
  },
}
