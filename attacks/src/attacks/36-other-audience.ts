/** Two services of one bank share a token key. A token of the first is carried to the second. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { sign } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '36-other-audience',
  title: 'Use a token that another service of the same bank issued',
  power: 'is a customer of both services',
  gain: 'the rights one service gives, used at another',
  requirement: 'T5',
  section: '5',
  expect: 'token_invalid',
  weaken: {
    file: 'server/session-cache.js',
    text: 'decoded.claims.iss !== origin || decoded.claims.aud !== origin',
    instead: 'false',
  },
  setting: { store: 'embedded' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const origin = 'http://localhost'
    await target.restart({ origin })
    const credentials = { origin, key: phone.sessionKey, token: phone.tokens.access }
    // For some seconds a service that was just started takes no signature at all, and that is another defence.
    for (;;) {
      const path = target.path('account')
      const outcome = await attempt(target, path, await sign({ method: 'GET', target: path }, credentials))
      if (outcome.kind === 'succeeded' || outcome.code !== 'nonce_store_restarted') return outcome
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  },
}
