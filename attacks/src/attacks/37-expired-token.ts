/** A token is used after its end, with everything else in order. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

const lifeSeconds = 1

export const attack: Attack = {
  id: '37-expired-token',
  title: 'Use an access token after its end',
  power: 'holds the session’s key and an old token',
  gain: 'a session without its limits',
  requirement: 'T5',
  section: '5',
  expect: 'token_expired',
  weaken: { file: 'server/request.js', text: "{ name: 'token-life', run: checkTokenLife },", instead: '' },
  setting: { config: { policy: { session: { accessSeconds: lifeSeconds } } } },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const claims = JSON.parse(
      Buffer.from(phone.tokens.access.split('.')[1] ?? '', 'base64url').toString(),
    ) as { exp: number }
    await new Promise((resolve) => setTimeout(resolve, claims.exp * 1000 - Date.now() + 50))
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
