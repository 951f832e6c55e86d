/** The victim has enrolled and throws the letter away. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolmentRequest, getChallenge } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '43b-used-code',
  title: 'Use an activation code a second time',
  power: 'found an activation code that was used',
  gain: 'a second enrolment on the first one’s authority',
  requirement: 'K1',
  section: '4.1',
  expect: 'activation_refused',
  weaken: { file: 'server/stores/memory/activation.js', text: 'held.used = true;', instead: '' },
  async run(target: Target): Promise<Outcome> {
    const code = await target.activate(`user-${randomText(6)}`, '+15550101')
    const begin = async () => {
      const draft = { key: await makeKey(), code, challenge: await getChallenge(target) }
      return target.send(await enrolmentRequest(target, draft))
    }
    await begin()
    const answer = await begin()
    return verdict(answer, answer.status === 200 && 'one code opened two enrolments')
  },
}
