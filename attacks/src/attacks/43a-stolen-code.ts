/** The letter with the code is stolen. The thief has no hand on the victim's telephone. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { confirmRequest, enrolmentId, enrolmentRequest, getChallenge, oneTimeText } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '43a-stolen-code',
  title: 'Enrol with a stolen activation code',
  power: 'holds a valid activation code',
  gain: 'a device of his own bound to the victim',
  requirement: 'K1',
  section: '4.4',
  expect: 'one_time_text_refused',
  weaken: { file: 'server/confirmation.js', text: 'isOneTimeText(enrolment, digits, keys)', instead: 'true' },
  async run(target: Target): Promise<Outcome> {
    const [key, sendTo] = [await makeKey(), `+1555${Date.now()}`]
    const code = await target.activate(`user-${randomText(6)}`, sendTo)
    const challenge = await getChallenge(target)
    const id = enrolmentId(await target.send(await enrolmentRequest(target, { key, code, challenge })))
    const right = await oneTimeText(target, sendTo)
    const answer = await target.send(
      await confirmRequest(target, key, id, right === '123456' ? '654321' : '123456'),
    )
    return verdict(answer, answer.status === 200 && 'the thief’s device is bound to the victim')
  },
}
