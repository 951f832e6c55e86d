/** The CA gave somebody a certificate for a server. It is shown as that of a phone. */
import type { Attack, Outcome } from '../attack.ts'
import { showOdd } from '../purpose.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87d-certificate-for-servers',
  title: 'Show a certificate that is for servers',
  power: 'holds a certificate the service’s CA made for another purpose',
  gain: 'connections of a phone it is not',
  requirement: 'X6',
  section: '10.2',
  expect: 'certificate_refused',
  weaken: {
    file: 'server/certificate.js',
    text: '!AsnConvert.parse(purposes, ExtendedKeyUsage).includes(id_kp_clientAuth)',
    instead: 'false',
  },
  watchesBackend: true,
  forgesCertificates: true,
  run: (target: Target): Promise<Outcome> =>
    showOdd(target, { extendedKeyUsage: 'critical,serverAuth' }, 'a certificate for servers passed'),
}
