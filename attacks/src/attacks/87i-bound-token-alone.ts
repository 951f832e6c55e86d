/** A token was given out over a connection with a certificate. It is stolen with its session key, and used over one without. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { certificateOf, mutual, showing } from '../certificate.ts'
import { enrol, phoneOf, tokensOf, unlockRequest } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87i-bound-token-alone',
  title: 'Use a token that is bound to a certificate without it',
  power: 'holds token and session key of a victim',
  gain: 'the victim’s account on every route that asks for no certificate',
  requirement: 'X6',
  section: '10.3',
  expect: 'certificate_refused',
  weaken: { file: 'server/request.js', text: 'if (bound !== undefined)', instead: 'if (false)' },
  setting: mutual,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const phone = await enrol(target)
    const sessionKey = await makeKey()
    const unlock = await unlockRequest(target, phone.deviceKey, sessionKey)
    const tokens = tokensOf(await target.send(showing(unlock, await certificateOf(target, phone))))
    const bound = phoneOf(target, phone, { sessionKey, tokens })
    const path = target.path('account')
    return attempt(target, path, await bound.signed({ method: 'GET', target: path }))
  },
}
