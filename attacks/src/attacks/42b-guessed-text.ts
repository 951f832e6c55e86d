/** A million possible texts and no limit would be an afternoon's work. The last guess here is right: one too late. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { confirmRequest, enrolmentId, enrolmentRequest, getChallenge, oneTimeText } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const tries = 5

export const attack: Attack = {
  id: '42b-guessed-text',
  title: 'Guess the one-time text',
  power: 'holds an activation code, not the victim’s phone number',
  gain: 'a device of his own bound to the victim',
  requirement: 'K1',
  section: '4.4',
  expect: 'rate_limited',
  weaken: { file: 'server/stores/memory/enrolment.js', text: 'window.tries >= limit', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const [key, sendTo] = [await makeKey(), `+1555${Date.now()}`]
    const code = await target.activate(`user-${randomText(6)}`, sendTo)
    const challenge = await getChallenge(target)
    const id = enrolmentId(await target.send(await enrolmentRequest(target, { key, code, challenge })))
    const right = await oneTimeText(target, sendTo)
    const wrong = right.replace(/.$/, (digit) => String((Number(digit) + 1) % 10))
    const guess = async (text: string) => target.send(await confirmRequest(target, key, id, text))
    for (let i = 0; i < tries; i++) await guess(wrong)
    const answer = await guess(right)
    return verdict(answer, answer.status === 200 && `guess ${tries + 1} was still listened to`)
  },
}
