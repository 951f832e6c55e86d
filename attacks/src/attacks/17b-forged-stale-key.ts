/** A proxy says of every sealing key that it is stale. So the phone asks for the statement, seals anew, and hears that it is stale … */
import { isErrorCode, sealedPath } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { sealing } from '../seal.ts'
import type { Target } from '../target.ts'

/** One try, one look at the statement, one more try; and one in reserve. */
const fewRequests = 4

export const attack: Attack = {
  id: '17b-forged-stale-key',
  title: 'Tell a phone again and again that its sealing key is stale',
  power: 'ends TLS between phone and service',
  gain: 'apps that ask on and on, and a service that is asked for its statement as often',
  requirement: 'T4',
  section: '8.5',
  expect: 'unverified_refusal',
  weaken: { file: 'client/exchange.js', text: "!verified || retry !== 'same'", instead: 'false' },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const fields = [['holdfast-error', 'stale_sealing_key']] as const
    phone.network.forge(({ url }) => url.endsWith(sealedPath), { status: 401, fields, body: '{}' })
    const before = phone.network.exchanges.length
    const code = await refusalOf(session.fetch(target.path('sealed')))
    const requests = phone.network.exchanges.length - before
    if (requests > fewRequests) return succeeded(`one call cost ${requests} requests`)
    if (!isErrorCode(code)) throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
