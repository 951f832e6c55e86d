/** One of the hundred authorities a phone trusts gave somebody a certificate for the service. The key is not the service's. */
import { isErrorCode, statementPath } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { openIntruder } from '../intruder.ts'
import { strangerIdentity } from '../tls-identity.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '13b-trusted-authority',
  title: 'End TLS with a certificate of an authority the phone trusts',
  power: 'ends TLS with a certificate the phone trusts',
  gain: 'reads and changes everything that is not sealed',
  requirement: 'T1',
  section: '2.4',
  expect: 'server_key_refused',
  weaken: { file: 'client/platforms/node/tls.js', text: '!options.pins.includes(key)', instead: 'false' },
  setting: { tls: 'pinned' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { session } = await openApp(target)
    const intruder = await openIntruder({ identity: strangerIdentity(), service: target.address() })
    try {
      target.divert(intruder.address)
      const code = await refusalOf(session.fetch(target.path('transfer'), { method: 'POST', body: 'ten' }))
      // Everybody may ask for the statement, and it is signed: it is the way to learn of new keys.
      const heard = intruder.heard.find((line) => !line.endsWith(statementPath))
      if (heard !== undefined) return succeeded(`it was told ${heard}`)
      if (!isErrorCode(code)) throw new Error(`the client said ${code}`)
      return repelled(code)
    } finally {
      intruder.close()
    }
  },
}
