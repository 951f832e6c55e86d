/** A challenge makes a proof fresh; used twice it would let a stored one count again. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolmentRequest, getChallenge } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '44c-reused-challenge',
  title: 'Use an enrolment challenge twice',
  power: 'keeps challenges and proofs for later',
  gain: 'proofs made in stock, away from the moment of enrolment',
  requirement: 'K1',
  section: '4.2',
  expect: 'activation_refused',
  weaken: { file: 'server/challenge.js', text: 'return use.first', instead: 'return true' },
  async run(target: Target): Promise<Outcome> {
    const challenge = await getChallenge(target)
    const begin = async () => {
      const code = await target.activate(`user-${randomText(6)}`, '+15550105')
      return target.send(await enrolmentRequest(target, { key: await makeKey(), code, challenge }))
    }
    await begin()
    const answer = await begin()
    return verdict(answer, answer.status === 200 && 'one challenge opened two enrolments')
  },
}
