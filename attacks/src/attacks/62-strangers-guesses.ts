/** Somebody wants a customer locked out. He knows the names of key and record, and has no key of his. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, guess, loginRefusal, wrongPasscode } from '../passcode.ts'
import type { Answer } from '../raw.ts'
import { makeKey, sign } from '../signer.ts'
import type { Target } from '../target.ts'

const free = 5

export const attack: Attack = {
  id: '62-strangers-guesses',
  title: 'Lock somebody out by wrong guesses without his key',
  power: 'knows the names of a device key and a passcode record',
  gain: 'a customer without a bank, as often as one likes',
  requirement: 'K5',
  section: '11.5',
  expect: 'signature_invalid',
  weaken: {
    file: 'server/signature.js',
    text: '!nodeCrypto.verify(key, utf8(base), signature.signature)',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    const { origin } = target
    const credentials = { origin, key: await makeKey() }
    const answers: Answer[] = []
    for (let i = 0; i < free; i++) {
      const { record } = way
      const { request } = await guess(target, credentials.key, { record, passcode: wrongPasscode })
      const { method, target: path, body } = request
      const fields = [['Content-Type', 'application/json'] as const]
      const draft = { method, target: path, fields, body }
      answers.push(await target.send(await sign(draft, credentials, { keyid: phone.deviceKey.thumbprint })))
    }
    const [answer] = answers
    if (answer === undefined) throw new Error('nothing was tried')
    const code = await loginRefusal(target, phone, way)
    return verdict(answer, code === 'passcode_locked' && 'the owner is locked out')
  },
}
