/** The phone is stolen and its owner calls the bank. The thief has it open in his hand. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '41b-after-revocation',
  title: 'Go on with a session after its device was revoked',
  power: 'holds the phone, unlocked',
  gain: 'the minutes until the token would have ended',
  requirement: 'K1',
  section: '6',
  expect: 'device_revoked',
  weaken: { file: 'server/request.js', text: "{ name: 'alive', run: checkAlive },", instead: '' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    await target.send(await phone.signed({ method: 'GET', target: path }))
    await target.revoke(phone.device)
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
