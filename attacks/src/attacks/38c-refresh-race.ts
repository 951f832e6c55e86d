/** Two copies of the app refresh at the same moment with the same token: a fork would give each its own future. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol, refreshRequest, tokensOf } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '38c-refresh-race',
  title: 'Refresh twice at the same moment to fork the session',
  power: 'holds a copy of the app’s state and can use its device key',
  gain: 'a branch of the session that lives on unnoticed',
  requirement: 'T5',
  section: '5',
  expect: 'harmless',
  weaken: {
    file: 'server/stores/rotation.js',
    text: "return { kind: 'repeat', sealedAnswer: successorAnswer };",
    instead: "return { kind: 'rotate' };",
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const requests = await Promise.all(
      Array.from({ length: 10 }, () => refreshRequest(target, phone.deviceKey, phone.tokens.refresh)),
    )
    const answers = await Promise.all(requests.map((request) => target.send(request)))
    const successors = new Set(answers.map((answer) => tokensOf(answer).refresh))
    return harmless(successors.size > 1 && `one refresh token got ${successors.size} different successors`)
  },
}
