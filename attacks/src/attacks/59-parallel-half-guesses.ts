/** Guesses of which only the first message is sent: enough to learn whether they were right, and all at once, at two nodes. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { twoNodes } from '../factor-settings.ts'
import { enrolWithPasscode, halfGuess } from '../passcode.ts'
import type { Target } from '../target.ts'

const free = 5
const guesses = 12

export const attack: Attack = {
  id: '59-parallel-half-guesses',
  title: 'Guess the passcode many times at once, at two nodes',
  power: 'holds the phone and has its device key sign; does not know the passcode',
  gain: 'more guesses than locks allow',
  requirement: 'K5',
  section: '11.4',
  expect: 'passcode_locked',
  weaken: {
    file: 'server/stores/tries.js',
    text: 'const taken = failures + 1;',
    instead: 'const taken = failures;',
  },
  setting: twoNodes,
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    const nodes = [target, { ...target, send: target.sendElsewhere }]
    const answers = await Promise.all(
      Array.from({ length: guesses }, (_, i) => halfGuess(nodes[i % 2] ?? target, phone, way.record)),
    )
    const listened = answers.filter(({ status }) => status === 200).length
    const refused = answers.find(({ code }) => code !== null) ?? answers[0]
    if (refused === undefined) throw new Error('nothing was guessed')
    return verdict(refused, listened > free && `${listened} guesses were listened to`)
  },
}
