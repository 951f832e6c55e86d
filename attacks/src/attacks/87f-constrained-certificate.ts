/** A certificate demands that a constraint be understood. Who overlooks it takes the certificate for more than it is. */
import type { Attack, Outcome } from '../attack.ts'
import { showOdd } from '../purpose.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87f-constrained-certificate',
  title: 'Show a certificate with a critical constraint nobody here understands',
  power: 'holds a certificate the service’s CA limited in a way of its own',
  gain: 'what the limit was to prevent',
  requirement: 'X6',
  section: '10.2',
  expect: 'certificate_refused',
  weaken: {
    file: 'server/certificate.js',
    text: 'critical && !understood.has(extnID)',
    instead: 'false',
  },
  watchesBackend: true,
  forgesCertificates: true,
  run: (target: Target): Promise<Outcome> =>
    showOdd(
      target,
      { nameConstraints: 'critical,permitted;DNS:elsewhere.example' },
      'the limit was overlooked',
    ),
}
