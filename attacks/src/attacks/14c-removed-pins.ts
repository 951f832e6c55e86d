/** The statement passes through the attacker's hands on a phone's first day. He takes the pins out. */
import { decodeJws, statementPath, toBase64url, utf8 } from '@holdfast/core'
import { installApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { openIntruder } from '../intruder.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import { strangerIdentity } from '../tls-identity.ts'
import type { Target } from '../target.ts'

async function withoutPins(target: Target): Promise<string> {
  const { text } = await target.send(plain(target, statementPath))
  const { pins, ...rest } = decodeJws('hf-statement+jwt', text)?.payload ?? {}
  if (!Array.isArray(pins)) throw new Error('the statement names no pins')
  const [header, , signature] = text.split('.')
  return `${header}.${toBase64url(utf8(JSON.stringify(rest)))}.${signature}`
}

export const attack: Attack = {
  id: '14c-removed-pins',
  title: 'Take the pins out of the statement',
  power: 'ends TLS with a certificate the phone trusts',
  gain: 'a phone that pins nothing',
  requirement: 'T1',
  section: '2.1',
  expect: 'statement_refused',
  weaken: {
    file: 'core/jws.js',
    text: '(await crypto.verify(key, jws.signingInput, jws.signature)) ? jws.payload : null',
    instead: 'jws.payload',
  },
  setting: { tls: 'pinned' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { client } = await installApp(target)
    const activationCode = await target.activate(`user-${randomText(6)}`, '+15550114')
    const lies = { [statementPath]: await withoutPins(target) }
    const intruder = await openIntruder({ identity: strangerIdentity(), service: target.address(), lies })
    try {
      target.divert(intruder.address)
      const code = await refusalOf(client.enrol({ activationCode, deviceName: 'lab app' }))
      const heard = intruder.heard.find((line) => !line.endsWith(statementPath))
      if (heard !== undefined) return succeeded(`without pins it was told ${heard}`)
      if (code !== 'statement_refused') throw new Error(`the client said ${code}`)
      return repelled(code)
    } finally {
      intruder.close()
    }
  },
}
