/** Who holds the line wants the passcode typed. So he says, in the service's place, that it has to be typed again. */
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'
import { openVaultApp } from '../vault.ts'

const refusals = {
  insufficient_user_authentication: { acr_values: 'passcode' },
  session_ended: {},
} as const

export const attack: Attack = {
  id: '58-forged-step-up',
  title: 'Have the app ask for the passcode on an unsigned word',
  power: 'ends TLS between phone and service',
  gain: 'the passcode typed when it likes, with somebody looking',
  requirement: 'C7',
  section: '5.2',
  expect: 'unverified_refusal',
  weaken: { file: 'client/exchange.js', text: 'if (!verified)', instead: 'if (false)' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    let asked = 0
    const prompt = async (): Promise<null> => {
      asked++
      return null
    }
    const { phone, session } = await openVaultApp(target, { prompt })
    const codes: Array<string | null> = []
    for (const [code, more] of Object.entries(refusals)) {
      const path = target.path('account')
      const fields = [
        ['content-type', 'application/problem+json'],
        ['holdfast-error', code],
      ] as const
      const body = JSON.stringify({ status: 401, code, ...more })
      phone.network.forge(({ url }) => url.endsWith(path), { status: 401, fields, body })
      codes.push(await refusalOf(session.fetch(path)))
    }
    if (asked > 0) return succeeded(`the app asked ${asked} times`)
    if (codes.some((code) => code !== 'unverified_refusal'))
      throw new Error(`the client said ${codes.join()}`)
    return repelled('unverified_refusal')
  },
}
