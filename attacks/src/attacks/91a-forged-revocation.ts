/** A proxy answers in the service's place: this phone was removed. Believed, it would throw its enrolment away. */
import { isErrorCode } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '91a-forged-revocation',
  title: 'Tell a phone that it was revoked',
  power: 'ends TLS between phone and service',
  gain: 'a customer without a bank, and an enrolment to attack anew',
  requirement: 'K3',
  section: '3.8',
  expect: 'unverified_refusal',
  weaken: { file: 'client/exchange.js', text: 'if (!verified)', instead: 'if (false)' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, client, session } = await openApp(target)
    const path = target.path('account')
    const fields = [
      ['content-type', 'application/problem+json'],
      ['holdfast-error', 'device_revoked'],
    ] as const
    phone.network.forge(({ url }) => url.endsWith(path), {
      status: 403,
      fields,
      body: '{"code":"device_revoked"}',
    })
    const code = await refusalOf(session.fetch(path))
    if ((await client.status()) === 'revoked') return succeeded('the phone believes that it was revoked')
    if (!isErrorCode(code)) throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
