/** Guessing the secret of a code whose id was seen. The last guess here is even right: it comes one too late. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolmentRequest, getChallenge } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const tries = 5

export const attack: Attack = {
  id: '42a-guessed-code',
  title: 'Guess the secret of an activation code',
  power: 'saw the public half of a code',
  gain: 'a device of his own bound to the victim',
  requirement: 'K1',
  section: '4.1',
  expect: 'activation_refused',
  weaken: { file: 'server/stores/memory/activation.js', text: ' || held.tries >= limit', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const key = await makeKey()
    const code = await target.activate(`user-${randomText(6)}`, '+15550100')
    const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
    const guess = async (text: string) =>
      target.send(await enrolmentRequest(target, { key, code: text, challenge: await getChallenge(target) }))
    for (let i = 0; i < tries; i++) await guess(wrong)
    const answer = await guess(code)
    return verdict(answer, answer.status === 200 && `guess ${tries + 1} was still listened to`)
  },
}
