/** Five guesses are used up; so the attacker starts a new enrolment of the same user and expects five more. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { confirmRequest, enrolmentId, enrolmentRequest, getChallenge, oneTimeText } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const tries = 5

export const attack: Attack = {
  id: '51-reset-by-reenrolling',
  title: 'Reset the count of guesses by enrolling anew',
  power: 'obtains activation codes of one user, not the texts',
  gain: 'as many guesses of the text as codes can be had',
  requirement: 'K1',
  section: '4.4',
  expect: 'rate_limited',
  weaken: { file: 'server/confirmation.js', text: 'takeOttTry(user, ', instead: 'takeOttTry(enrolment.id, ' },
  async run(target: Target): Promise<Outcome> {
    const [user, sendTo] = [`user-${randomText(6)}`, `+1555${Date.now()}`]
    const begin = async () => {
      const draft = {
        key: await makeKey(),
        code: await target.activate(user, sendTo),
        challenge: await getChallenge(target),
      }
      const id = enrolmentId(await target.send(await enrolmentRequest(target, draft)))
      return async (text: string) => target.send(await confirmRequest(target, draft.key, id, text))
    }
    const first = await begin()
    const right = await oneTimeText(target, sendTo)
    for (let i = 0; i < tries; i++) await first(right === '123456' ? '654321' : '123456')
    const second = await begin()
    const answer = await second('000000')
    const judged = answer.code === 'one_time_text_refused' || answer.status === 200
    return verdict(answer, judged && `guess ${tries + 1} was still listened to`)
  },
}
