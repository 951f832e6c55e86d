/** A certificate that was good once, on a phone nobody gives another one. */
import { X509Certificate } from 'node:crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { certificateOf, mutual, showing } from '../certificate.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87b-ended-certificate',
  title: 'Show a certificate that has ended',
  power: 'holds the keys of a device and a certificate of some time ago',
  gain: 'connections after its time is over',
  requirement: 'X6',
  section: '10.2',
  expect: 'certificate_refused',
  weaken: {
    file: 'server/certificate.js',
    text: 'const notAfter = validity.notAfter.getTime().getTime();',
    instead: 'const notAfter = Infinity;',
  },
  setting: { config: { ...mutual.config, policy: { certificate: { lifeSeconds: 1 } } } },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const phone = await enrol(target)
    const certificate = await certificateOf(target, phone)
    const over = Date.parse(new X509Certificate(certificate).validTo) + 1
    while (Date.now() < over) await new Promise((resolve) => setTimeout(resolve, over - Date.now()))
    const path = target.path('mutual')
    return attempt(target, path, showing(await phone.signed({ method: 'GET', target: path }), certificate))
  },
}
