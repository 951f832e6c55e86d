/** A proxy that cannot read what is sealed says in the service's name that it cannot be opened, in every way there is. */
import { type ErrorCode, isErrorCode, sealedPath } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { sealing } from '../seal.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const lies: ReadonlyArray<readonly [status: number, code: ErrorCode]> = [
  [401, 'stale_sealing_key'],
  [400, 'sealed_request_refused'],
  [404, 'not_found'],
  [405, 'method_refused'],
]

export const attack: Attack = {
  id: '15b-forged-seal-refusal',
  title: 'Tell a phone that sealed requests are not taken',
  power: 'ends TLS between phone and service',
  gain: 'the same request again, this time plain',
  requirement: 'T4',
  section: '8.5',
  expect: 'unverified_refusal',
  weaken: {
    file: 'client/sealed.js',
    text: 'return read(answer);',
    instead: 'return isRefusal(answer) ? unsealed(await bear(async () => request)) : read(answer);',
  },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const codes = new Set<string | null>()
    for (const [status, code] of lies) {
      const secret = randomText()
      const fields = [['holdfast-error', code]] as const
      phone.network.forge(({ url }) => url.endsWith(sealedPath), { status, fields, body: '{}' })
      codes.add(await refusalOf(session.fetch(target.path('sealed'), { method: 'POST', body: secret })))
      phone.network.calm()
      const told = phone.network.exchanges.some(({ request }) => Buffer.from(request.body).includes(secret))
      if (told) return succeeded(`after ${code} the phone sent it plain`)
    }
    const [code] = codes
    if (codes.size !== 1 || !isErrorCode(code)) throw new Error(`the client said ${[...codes].join()}`)
    return repelled(code)
  },
}
