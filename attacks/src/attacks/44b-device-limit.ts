/** Somebody talks the bank's desk into one code after another for the same customer. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { confirmRequest, enrol, enrolmentId, enrolmentRequest, getChallenge, oneTimeText } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

const limit = 5

export const attack: Attack = {
  id: '44b-device-limit',
  title: 'Bind one device after another to a user',
  power: 'obtains codes and texts of one user again and again',
  gain: 'devices in stock that nobody keeps an eye on',
  requirement: 'K1',
  section: '4.4',
  expect: 'device_limit',
  weaken: {
    file: 'server/stores/memory/enrolment.js',
    text: 'live.length >= maxDevices',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const { user, sendTo } = await enrol(target)
    for (let i = 1; i < limit; i++) await enrol(target, user)
    const key = await makeKey()
    const code = await target.activate(user, sendTo)
    const challenge = await getChallenge(target)
    const offer = await target.send(await enrolmentRequest(target, { key, code, challenge }))
    const text = await oneTimeText(target, sendTo)
    const answer = await target.send(await confirmRequest(target, key, enrolmentId(offer), text))
    return verdict(answer, answer.status === 200 && `device ${limit + 1} is bound`)
  },
}
