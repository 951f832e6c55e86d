/** The key in reserve was stolen, so another took its place among the pins. The thief brings the statement of before. */
import { statementPath } from '@holdfast/core'
import { installApp, refusalOf, restartApp } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { openIntruder } from '../intruder.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import { reserveIdentity, serverIdentity, strangerIdentity } from '../tls-identity.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '14a-old-pins',
  title: 'Bring back an older set of pins',
  power: 'holds a TLS key that was pinned once, and the statement of that time',
  gain: 'ends TLS unnoticed',
  requirement: 'T1',
  section: '2.1',
  expect: 'statement_refused',
  weaken: { file: 'core/statement.js', text: 'statement.seq < trust.floor', instead: 'false' },
  setting: { tls: 'pinned', store: 'embedded' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const app = await installApp(target)
    const order = {
      activationCode: await target.activate(`user-${randomText(6)}`, '+15550114'),
      deviceName: 'lab app',
    }
    const { text: old } = await target.send(plain(target, statementPath))
    await target.restart({ pins: [serverIdentity().pin, strangerIdentity().pin] })
    // The phone is shown the new statement, and no more.
    app.phone.network.dropRequest(100, ({ url }) => url.endsWith('/holdfast/challenge'))
    await refusalOf(app.client.enrol(order))
    app.phone.network.calm()
    const lies = { [statementPath]: old }
    const intruder = await openIntruder({ identity: reserveIdentity(), service: target.address(), lies })
    try {
      target.divert(intruder.address)
      const code = await refusalOf((await restartApp(target, app)).enrol(order))
      const heard = intruder.heard.find((line) => !line.endsWith(statementPath))
      if (heard !== undefined) return succeeded(`under the old pins it was told ${heard}`)
      if (code !== 'statement_refused') throw new Error(`the client said ${code}`)
      return repelled(code)
    } finally {
      intruder.close()
    }
  },
}
