/** Method, path and body are the same, the account in a covered field is another one. Told that it was done, nobody sends it again. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const routeFields = ['x-account']

export const attack: Attack = {
  id: '04e-same-key-other-field',
  title: 'Get one write taken for the repetition of another that differs in a covered field',
  power: 'has a careless app to play with',
  gain: 'a payment that its sender believes done and nobody made',
  requirement: 'K3',
  section: '3.7',
  expect: 'idempotency_key_reused',
  weaken: {
    file: 'server/idempotency.js',
    text: '!ofOneTry.has(name)',
    instead: "name === 'content-digest'",
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const [path, key] = [`/accounts-by-field/${randomText(6)}`, randomText()]
    const pay = async (account: string) => {
      const fields = [['Idempotency-Key', key] as const, ['X-Account', account] as const]
      const draft = { method: 'POST', target: path, fields, body: 'amount=100' }
      return target.send(await phone.signed(draft, { routeFields }))
    }
    await pay('rent')
    const answer = await pay('savings')
    return verdict(
      answer,
      answer.status === 200 && 'a write that never ran was answered with the success of another',
    )
  },
}
