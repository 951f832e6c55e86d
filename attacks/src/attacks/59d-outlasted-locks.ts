/** Locks pass. Somebody with time waits for each of them, and makes one guess after another. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, halfGuess } from '../passcode.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

const free = 2
const lockSeconds = 1

export const attack: Attack = {
  id: '59d-outlasted-locks',
  title: 'Guess on when the last lock is over',
  power: 'holds the phone, has its device key sign, and has time',
  gain: 'all passcodes there are, one by one',
  requirement: 'K5',
  section: '11.4',
  expect: 'passcode_blocked',
  weaken: {
    file: 'server/stores/tries.js',
    text: 'if (failures >= limits.tries + limits.locksMs.length)',
    instead: 'if (false)',
  },
  setting: { config: { policy: { passcode: { tries: free, lockSeconds: [lockSeconds] } } } },
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    for (let i = 0; i < free; i++) json(await halfGuess(target, phone, way.record))
    await new Promise((resolve) => setTimeout(resolve, lockSeconds * 1000 + 100))
    json(await halfGuess(target, phone, way.record))
    const answer = await halfGuess(target, phone, way.record)
    return verdict(answer, answer.status === 200 && 'after the last lock guesses are free')
  },
}
