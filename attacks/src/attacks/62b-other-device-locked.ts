/** One phone of a user is in a thief's hand, who uses its guesses up. Its owner wants to say so from his other one. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrolWithPasscode, halfGuess, loginRefusal } from '../passcode.ts'
import type { Target } from '../target.ts'

const tries = 6

export const attack: Attack = {
  id: '62b-other-device-locked',
  title: 'Lock all phones of a user by guesses at one',
  power: 'holds one phone of a user and has its device key sign',
  gain: 'a user who can stop nothing',
  requirement: 'C9',
  section: '11.4',
  expect: 'harmless',
  weaken: {
    file: 'server/stores/tries.js',
    text: 'account.tries >= limits.accountTries',
    instead: 'account.tries >= limits.tries',
  },
  async run(target: Target): Promise<Outcome> {
    const stolen = await enrolWithPasscode(target)
    const kept = await enrolWithPasscode(target, { user: stolen.phone.user })
    for (let i = 0; i < tries; i++) await halfGuess(target, stolen.phone, stolen.way.record)
    const code = await loginRefusal(target, kept.phone, kept.way)
    return harmless(code !== null && `the other phone is told ${code}`)
  },
}
