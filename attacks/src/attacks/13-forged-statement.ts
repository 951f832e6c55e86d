/** The proxy shows the phone a service statement of its own: its keys, its time, its answers from then on. */
import { decodeJws, signStatement, statementPath, type ServiceStatement } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { installApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

async function forgery(target: Target): Promise<string> {
  const { text } = await target.send(plain(target, statementPath))
  const genuine = decodeJws('hf-statement+jwt', text)
  const { publicJwk, privateKey } = nodeCrypto.generateKeyPair()
  return signStatement(genuine?.payload as ServiceStatement, publicJwk, privateKey, nodeCrypto)
}

export const attack: Attack = {
  id: '13-forged-statement',
  title: 'Show a phone a service statement by another key',
  power: 'ends TLS with a certificate the phone trusts',
  gain: 'the phone enrols with the attacker as the service',
  requirement: 'K1',
  section: '2.1',
  expect: 'statement_refused',
  weaken: {
    file: 'core/statement.js',
    text: '!trust.pins.includes(await thumbprint(jwk, crypto))',
    instead: 'false',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, client } = await installApp(target)
    const body = await forgery(target)
    const fields = [['content-type', 'application/jwt']] as const
    phone.network.forge(({ url }) => url.endsWith(statementPath), { status: 200, fields, body })
    const activationCode = await target.activate(`user-${randomText(6)}`, '+15550102')
    const code = await refusalOf(client.enrol({ activationCode, deviceName: 'lab app' }))
    const went = phone.network.exchanges.some(({ request }) => request.url.includes('/holdfast/enrolments'))
    if (went) return succeeded('the phone sent its enrolment under the forged statement')
    if (code !== 'statement_refused') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
