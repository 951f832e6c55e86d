/** The message names another algorithm than the one it was signed with, to steer a reader that asks the message. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '09a-algorithm-confusion',
  title: 'Name hmac-sha256 as the algorithm of the signature',
  power: 'knows the public key, which is no secret',
  gain: 'a reader that uses the public key as a shared secret',
  requirement: 'K2',
  section: '3.3',
  expect: 'signature_invalid',
  weaken: {
    file: 'server/request.js',
    text: "{ name: 'algorithm', run: ({ signature }) => checkAlgorithm(set(signature)) },",
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }, { alg: 'hmac-sha256' }))
  },
}
