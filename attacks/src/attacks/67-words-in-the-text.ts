/** Whoever enrols chooses a device name. In the bank's text message it would be the attacker's words in the bank's name. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrolmentRequest, getChallenge } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const name = 'Urgent: call +1 555 0199'

export const attack: Attack = {
  id: '67-words-in-the-text',
  title: 'Write the bank’s text message by the name of a device',
  power: 'holds an activation code',
  gain: 'a message of the attacker’s words under the bank’s name',
  requirement: 'K1',
  section: '4.3',
  expect: 'harmless',
  weaken: {
    file: 'server/enrolment.js',
    text: 'text: wordOneTimeText(',
    instead: 'text: name + wordOneTimeText(',
  },
  async run(target: Target): Promise<Outcome> {
    const sendTo = `+1555${Date.now()}`
    const code = await target.activate(`user-${randomText(6)}`, sendTo)
    const draft = { key: await makeKey(), code, challenge: await getChallenge(target), name }
    await target.send(await enrolmentRequest(target, draft))
    const text = await target.lastText(sendTo)
    return harmless(text.includes('call +1 555') && 'the text carries the attacker’s words')
  },
}
