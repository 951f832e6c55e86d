/** On a rooted phone the dialogue for finger or face is made to say yes. The key behind it was not opened, so another one signs. */
import { presenceGrant } from '@holdfast/core'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { ask, bindFinger, makeReplyKey, proveRequest, releaseTo, statementOf, touch } from '../finger.ts'
import { enrolWithPasscode, openWith } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55-hooked-callback',
  title: 'Say that the finger was recognised',
  power: 'runs code in the app and has the device key sign; the finger’s key stays shut',
  gain: 'a session without its user',
  requirement: 'C8',
  section: '12.2',
  expect: 'presence_refused',
  weaken: {
    file: 'server/presence.js',
    text: 'if (await isPresence(proof.proof, statement, key, nodeCrypto))',
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const asked = await ask(target, phone, await bindFinger(target, phone))
    const reply = await makeReplyKey()
    const statement = { ...statementOf(target, phone, asked.challenge), reply_key: reply.text }
    const made = { asked, reply, held: 0, proof: await touch(statement, phone.deviceKey) }
    const answer = await target.send(await proveRequest(target, phone, made))
    if (answer.status !== 200) return verdict(answer, false)
    await openWith(target, phone, await releaseTo(made, answer), presenceGrant)
    return verdict(answer, 'a session was opened as if by finger')
  },
}
