/** An authority of the attacker's own, under the name of the service's, vouches for a key. */
import { X509Certificate } from 'node:crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { certificateOf, forge, mutual, showing, usual } from '../certificate.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87a-foreign-authority',
  title: 'Show a certificate by an authority that only has the name of the service’s',
  power: 'holds keys of a device, and a terminator takes any certificate',
  gain: 'certificates without end for a device that gets no other',
  requirement: 'X6',
  section: '10.2',
  expect: 'certificate_refused',
  weaken: {
    file: 'server/certificate.js',
    text: 'x509.checkIssued(ca.x509) && x509.verify(ca.x509.publicKey)',
    instead: 'true',
  },
  setting: mutual,
  watchesBackend: true,
  forgesCertificates: true,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const phone = await enrol(target)
    const { issuer } = new X509Certificate(await certificateOf(target, phone))
    const { certificate } = forge(phone.deviceKey.jwk, usual, issuer.replace(/^CN=/, ''))
    const path = target.path('mutual')
    return attempt(target, path, showing(await phone.signed({ method: 'GET', target: path }), certificate))
  },
}
