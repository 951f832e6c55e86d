/**
 * In the middle of an enrolment the phone waits for one thing: a binding of its own transcript, signed by the service. A
 * customer with an own phone asks for it, under the number of the victim's enrolment. The phone would believe it.
 */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { confirmRequest, enrol, enrolmentId, enrolmentRequest, getChallenge } from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '44d-foreign-transcript',
  title: 'Have the service sign a binding for the victim’s transcript',
  power: 'is a customer with an own phone, and ends TLS between another phone and service',
  gain: 'a phone that takes itself for a bound device of the attacker’s choice',
  requirement: 'K1',
  section: '4.4',
  expect: 'enrolment_refused',
  weaken: { file: 'server/confirmation.js', text: 'bound?.enrolmentId === id', instead: 'bound !== null' },
  async run(target: Target): Promise<Outcome> {
    const own = await enrol(target)
    const [key, challenge] = [await makeKey(), await getChallenge(target)]
    const code = await target.activate(`user-${randomText(6)}`, '+15550144')
    const offer = await target.send(await enrolmentRequest(target, { key, code, challenge }))
    const answer = await target.send(
      await confirmRequest(target, own.deviceKey, enrolmentId(offer), '000000'),
    )
    return verdict(
      answer,
      answer.status === 200 && 'the attacker’s device was signed into the victim’s transcript',
    )
  },
}
