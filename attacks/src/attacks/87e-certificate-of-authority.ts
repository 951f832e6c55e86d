/** A certificate that may sign others: whoever shows it could make any number of phones. */
import type { Attack, Outcome } from '../attack.ts'
import { showOdd } from '../purpose.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87e-certificate-of-authority',
  title: 'Show the certificate of an authority as that of a phone',
  power: 'holds a certificate under the service’s CA that may sign others',
  gain: 'phones of its own making',
  requirement: 'X6',
  section: '10.2',
  expect: 'certificate_refused',
  weaken: {
    file: 'server/certificate.js',
    text: 'constraints !== undefined && AsnConvert.parse(constraints, BasicConstraints).cA',
    instead: 'false',
  },
  watchesBackend: true,
  forgesCertificates: true,
  run: (target: Target): Promise<Outcome> =>
    showOdd(target, { basicConstraints: 'critical,CA:TRUE' }, 'the certificate of an authority passed'),
}
