/** The app's data is copied off the phone; its keystore is not. */
import { refreshGrant } from '@holdfast/core'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import { makeKey, sign } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '45-cloned-app-data',
  title: 'Go on with a session on another phone from copied app data',
  power: 'holds everything the app stored, but not the device key',
  gain: 'the victim’s session on the thief’s phone',
  requirement: 'K1',
  section: '5',
  expect: 'signature_invalid',
  weaken: {
    file: 'server/signature.js',
    text: '!nodeCrypto.verify(key, utf8(base), signature.signature)',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const victim = await enrol(target)
    const body = JSON.stringify({ grant_type: refreshGrant, refresh_token: victim.tokens.refresh })
    const fields = [['Content-Type', 'application/json'] as const]
    const draft = { method: 'POST', target: '/holdfast/token', fields, body }
    const clone = { origin: target.origin, key: await makeKey() }
    const answer = await target.send(await sign(draft, clone, { keyid: victim.deviceKey.thumbprint }))
    return verdict(answer, answer.status === 200 && 'the clone holds new tokens of the victim')
  },
}
