/** A proxy tells the phone that its clock is wrong. So it asks for the time, and is told that its clock is wrong. So it asks … */
import { isErrorCode } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'

/** What one call of an app may cost on a line like this. */
const fewRequests = 24
const patienceMs = 3000

export const attack: Attack = {
  id: '91d-forged-clock-refusal',
  title: 'Answer every request with a refusal that sends the phone to its clock',
  power: 'ends TLS between phone and service',
  gain: 'apps that ask without end, or that stand still until they are closed',
  requirement: 'K3',
  section: '3.8',
  expect: 'unverified_refusal',
  weaken: { file: 'client/exchange.js', text: 'field === undefined ||', instead: 'true ||' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const fields = [
      ['content-type', 'application/problem+json'],
      ['holdfast-error', 'signature_expired'],
    ] as const
    phone.network.forge(() => true, { status: 401, fields, body: '{"code":"signature_expired"}' })
    const before = phone.network.exchanges.length
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), patienceMs).unref())
    const code = await Promise.race([refusalOf(session.fetch(target.path('account'))), late])
    const requests = phone.network.exchanges.length - before
    if (code === 'late') return succeeded(`the call never ended, after ${requests} requests`)
    if (requests > fewRequests) return succeeded(`one call cost ${requests} requests`)
    if (!isErrorCode(code)) throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
