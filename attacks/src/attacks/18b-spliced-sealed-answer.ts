/** Two sealed requests are under way. Whoever carries their answers gives each the other's. */
import { sealedPath } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { sealing } from '../seal.ts'
import { bytesOf, streamOf } from '../stream.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '18b-spliced-sealed-answer',
  title: 'Answer a sealed request with the sealed answer to another one',
  power: 'ends TLS between phone and service',
  gain: 'one account’s balance in the place of another’s',
  requirement: 'T4',
  section: '8.3',
  expect: 'answer_refused',
  weaken: {
    file: 'core/encapsulation.js',
    text: 'const salt = concat(enc, answerNonce);',
    instead: 'const salt = answerNonce; secret.fill(0);',
  },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const [first, second] = [target.path('sealed'), target.path('sealed')]
    let kept: Uint8Array | null = null
    phone.network.rewrite({
      async answer(answer, { url }) {
        if (!url.endsWith(sealedPath)) return answer
        kept ??= await bytesOf(answer.body)
        return { ...answer, body: streamOf(kept) }
      },
    })
    await session.fetch(first)
    let shown = ''
    const code = await refusalOf(session.fetch(second).then(async (answer) => (shown = await answer.text())))
    if (shown.includes(first)) return succeeded('the phone took the answer about one account for another’s')
    if (code !== 'answer_refused') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
