/** No careless authority is needed for this: the attacker has an honest certificate, for his own name. */
import { isErrorCode } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { openIntruder } from '../intruder.ts'
import { neighbourIdentity } from '../tls-identity.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '14d-other-host',
  title: 'End TLS with a certificate for another host',
  power: 'holds a certificate the phone trusts, for a name of its own',
  gain: 'reads and changes everything that is not sealed, where no keys are pinned',
  requirement: 'T1',
  section: '2.4',
  expect: 'network_unreachable',
  weaken: {
    file: 'client/platforms/node/tls.js',
    text: 'rejectUnauthorized: true',
    instead: 'rejectUnauthorized: false',
  },
  setting: { tls: 'unpinned' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { session } = await openApp(target)
    const intruder = await openIntruder({ identity: neighbourIdentity(), service: target.address() })
    try {
      target.divert(intruder.address)
      const code = await refusalOf(session.fetch(target.path('account')))
      const [heard] = intruder.heard
      if (heard !== undefined) return succeeded(`it was told ${heard}`)
      if (!isErrorCode(code)) throw new Error(`the client said ${code}`)
      return repelled(code)
    } finally {
      intruder.close()
    }
  },
}
