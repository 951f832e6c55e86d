/** The signature of an innocent request is put under another one. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '03b-swapped-signatures',
  title: 'Put the signature of one request under another',
  power: 'changes messages on the way',
  gain: 'any request the attacker likes, signed by the victim',
  requirement: 'K2',
  section: '3.2',
  expect: 'signature_invalid',
  weaken: { file: 'server/request.js', text: "{ name: 'signature', run: checkKeySignature },", instead: '' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const signed = await phone.signed({ method: 'GET', target: target.path('weather') })
    const path = target.path('account')
    return attempt(target, path, { ...signed, target: path })
  },
}
