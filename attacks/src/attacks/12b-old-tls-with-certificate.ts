/** Before TLS 1.3 a client sends its certificate in the clear: who listens knows which device connects from where. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { certificateOf } from '../certificate.ts'
import { greets } from '../handshake.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '12b-old-tls-with-certificate',
  title: 'Talk a connection with a client certificate down to TLS 1.2',
  power: 'changes the beginning of a TLS connection',
  gain: 'the certificate, in the clear: which device it is',
  requirement: 'X6',
  section: '10.2',
  expect: 'harmless',
  weaken: { file: 'gateway/line/listener-tls.js', text: "minVersion: 'TLSv1.3',", instead: '' },
  setting: { tls: 'unpinned', mutual: true },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const phone = await enrol(target)
    const identity = { cert: await certificateOf(target, phone), key: phone.deviceKey.pem() }
    const address = target.mutualAddress()
    if (!(await greets(address, identity))) throw new Error('it takes no connection at all')
    const old = await greets(address, { ...identity, maxVersion: 'TLSv1.2' })
    return harmless(old && 'it asks for certificates over TLS 1.2')
  },
}
