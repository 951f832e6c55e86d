/** The thief of a token signs with a key of his own and names the victim's. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { makeKey, sign } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '33-stolen-token-own-key',
  title: 'Sign with an own key in the name of the victim’s',
  power: 'holds a valid access token and can compute',
  gain: 'everything the user may do until it ends',
  requirement: 'K2',
  section: '3.4',
  expect: 'signature_invalid',
  weaken: { file: 'server/request.js', text: "{ name: 'signature', run: checkKeySignature },", instead: '' },
  async run(target: Target): Promise<Outcome> {
    const { tokens, sessionKey } = await enrol(target)
    const thief = { origin: target.origin, key: await makeKey(), token: tokens.access }
    const path = target.path('account')
    const request = await sign({ method: 'GET', target: path }, thief, { keyid: sessionKey.thumbprint })
    return attempt(target, path, request)
  },
}
