/** Malware with a minute of access to the phone signs requests for next week and leaves. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '02b-signed-ahead',
  title: 'Use a signature dated an hour ahead',
  power: 'has the phone sign for a moment',
  gain: 'a stock of signatures for later, outliving the nonce memory',
  requirement: 'K3',
  section: '3.5',
  expect: 'signature_expired',
  weaken: { file: 'server/freshness.js', text: ' || ageMs < -createdWindow.future * 1000', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }, { age: -3600 }))
  },
}
