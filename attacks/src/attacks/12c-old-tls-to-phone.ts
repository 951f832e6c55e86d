/** The other end: somebody shows the phone a server that speaks nothing newer than TLS 1.2. */
import { isErrorCode } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { openIntruder } from '../intruder.ts'
import { strangerIdentity } from '../tls-identity.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '12c-old-tls-to-phone',
  title: 'Show a phone a server that only speaks old TLS',
  power: 'ends TLS with a certificate the phone trusts',
  gain: 'a handshake with weaknesses that were mended since',
  requirement: 'T1',
  section: '2.4',
  expect: 'network_unreachable',
  weaken: { file: 'client/platforms/node/tls.js', text: "minVersion: 'TLSv1.3',", instead: '' },
  setting: { tls: 'unpinned' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { session } = await openApp(target)
    const options = {
      identity: strangerIdentity(),
      service: target.address(),
      maxVersion: 'TLSv1.2' as const,
    }
    const intruder = await openIntruder(options)
    try {
      target.divert(intruder.address)
      const code = await refusalOf(session.fetch(target.path('account')))
      const [heard] = intruder.heard
      if (heard !== undefined) return succeeded(`over TLS 1.2 it was told ${heard}`)
      if (!isErrorCode(code)) throw new Error(`the client said ${code}`)
      return repelled(code)
    } finally {
      intruder.close()
    }
  },
}
