/** The proxy puts its own sealing key into the service statement as it passes: what is sealed, it opens. */
import { encodeKeyConfiguration, sealedPath, statementPath, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { installApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { sealing, statementOf } from '../seal.ts'
import { randomText } from '../signer.ts'
import { streamOf, textOf } from '../stream.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '16a-swapped-sealing-key',
  title: 'Put an own sealing key into the statement',
  power: 'ends TLS between phone and service',
  gain: 'opens everything the phone seals',
  requirement: 'T4',
  section: '2.1',
  expect: 'statement_refused',
  weaken: {
    file: 'core/jws.js',
    text: '(await crypto.verify(key, jws.signingInput, jws.signature)) ? jws.payload : null',
    instead: 'jws.payload',
  },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, client } = await installApp(target)
    const { publicKey } = await nodeCrypto.hpke.deriveKeyPair('x25519', nodeCrypto.random(32))
    const configuration = { id: 200, suite: 'x25519' as const, publicKey }
    const { sealing: genuine, ...rest } = await statementOf(target)
    const config = toBase64url(encodeKeyConfiguration(configuration))
    const payload = toBase64url(utf8(JSON.stringify({ ...rest, sealing: [{ ...genuine?.[0], config }] })))
    phone.network.rewrite({
      async answer(answer, { url }) {
        if (!url.endsWith(statementPath)) return answer
        const [header, , signature] = (await textOf(answer.body)).split('.')
        return { ...answer, body: streamOf(`${header}.${payload}.${signature}`) }
      },
    })
    const activationCode = await target.activate(`user-${randomText(6)}`, '+15550116')
    const code = await refusalOf(client.enrol({ activationCode, deviceName: 'lab app' }))
    const mine = phone.network.exchanges.some(
      ({ request }) => request.url.endsWith(sealedPath) && request.body[0] === configuration.id,
    )
    if (mine) return succeeded('the phone sealed to the attacker’s key')
    if (code !== 'statement_refused') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
