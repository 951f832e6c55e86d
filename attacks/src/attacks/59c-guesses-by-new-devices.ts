/** One phone is locked; so the thief activates the next one, whose user sets the passcode he always sets. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, halfGuess } from '../passcode.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

const free = 5

export const attack: Attack = {
  id: '59c-guesses-by-new-devices',
  title: 'Get new guesses with a new activation',
  power: 'holds the phones of one user one after the other, and has their keys sign',
  gain: 'as many guesses as there are activations',
  requirement: 'K5',
  section: '11.4',
  expect: 'passcode_locked',
  weaken: { file: 'server/passcode-try.js', text: 'user: device.user,', instead: 'user: device.id,' },
  setting: { config: { policy: { passcode: { accountTries: free + 1 } } } },
  async run(target: Target): Promise<Outcome> {
    const first = await enrolWithPasscode(target)
    const { user } = first.phone
    const second = await enrolWithPasscode(target, { user })
    for (let i = 0; i < free; i++) json(await halfGuess(target, first.phone, first.way.record))
    json(await halfGuess(target, second.phone, second.way.record))
    const answer = await halfGuess(target, second.phone, second.way.record)
    return verdict(answer, answer.status === 200 && `guess ${free + 2} at this user was listened to`)
  },
}
