/** A connection is talked down to a version, or to ciphers, that can be broken: somebody in the line changes the greeting. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { greets } from '../handshake.ts'
import type { Target } from '../target.ts'

/** Each is what an old or careless client would still offer. */
const offers = [
  { name: 'TLS 1.0', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
  { name: 'TLS 1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
  { name: 'CBC', maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' },
  { name: 'CBC with SHA-1', maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0' },
  { name: 'no authentication', maxVersion: 'TLSv1.2', ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' },
] as const

export const attack: Attack = {
  id: '12a-old-tls',
  title: 'Talk a connection down to an old version or a weak cipher',
  power: 'changes the beginning of a TLS connection',
  gain: 'a connection it can break',
  requirement: 'T1',
  section: '2.4',
  expect: 'harmless',
  weaken: {
    file: 'gateway/line/listener-tls.js',
    text: `minVersion: 'TLSv1.2',
        ciphers,`,
    instead: "minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0',",
  },
  setting: { tls: 'unpinned' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    if (!(await greets(target.address(), {}))) throw new Error('it takes no connection at all')
    for (const { name, ...offer } of offers)
      if (await greets(target.address(), { ...offer, minVersion: 'TLSv1' }))
        return harmless(`it speaks ${name}`)
    return harmless(false)
  },
}
