/** A thief has token and session key of his victim, and a genuine certificate: that of his own phone. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { certificateOf, mutual, showing } from '../certificate.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87g-certificate-of-another-device',
  title: 'Use a stolen session under the certificate of an own phone',
  power: 'holds token and session key of a victim, and is a customer with an own phone',
  gain: 'the victim’s account where a certificate is asked for',
  requirement: 'X6',
  section: '10.3',
  expect: 'certificate_refused',
  weaken: { file: 'server/request.js', text: 'certificate.keyThumbprint !== deviceKey ||', instead: '' },
  setting: mutual,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const [victim, thief] = [await enrol(target), await enrol(target)]
    const path = target.path('mutual')
    const stolen = await victim.signed({ method: 'GET', target: path })
    return attempt(target, path, showing(stolen, await certificateOf(target, thief)))
  },
}
