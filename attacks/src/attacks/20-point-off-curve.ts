/** A "public key" that lies on no curve, or on a weak one: arithmetic with it has leaked private keys elsewhere. */
import { toBase64url } from '@holdfast/core'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol, unlockRequest } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '20-point-off-curve',
  title: 'Register a session key that is no point of the curve',
  power: 'is a customer with an own phone',
  gain: 'a key whose arithmetic nobody has thought through, inside signed tokens',
  requirement: 'K2',
  section: '5',
  expect: 'bad_request',
  weaken: { file: 'server/session.js', text: 'nodeCrypto.importPublicKey(sessionKey);', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const jwk = { ...phone.sessionKey.jwk, y: toBase64url(new Uint8Array(32).fill(7)) }
    const request = await unlockRequest(target, phone.deviceKey, { ...phone.sessionKey, jwk })
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'the service issued a token bound to no valid key')
  },
}
