/** The service is made to crash between guesses: whoever counts in memory begins again. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { twoNodes } from '../factor-settings.ts'
import { enrolWithPasscode, halfGuess } from '../passcode.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

const free = 5

export const attack: Attack = {
  id: '59b-guesses-after-crash',
  title: 'Guess on after a crash',
  power: 'holds the phone, has its device key sign, and can make the service crash',
  gain: 'the free guesses again after each crash',
  requirement: 'K5',
  section: '11.4',
  expect: 'passcode_locked',
  weaken: {
    file: 'server/stores/sql/passcode.js',
    text: "conflict.column('deviceId').doUpdateSet(device)",
    instead: "conflict.column('deviceId').doNothing()",
  },
  setting: twoNodes,
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    for (let i = 0; i < free; i++) json(await halfGuess(target, phone, way.record))
    await target.crash()
    const answer = await halfGuess(target, phone, way.record)
    return verdict(answer, answer.status === 200 && `guess ${free + 1} was listened to`)
  },
}
