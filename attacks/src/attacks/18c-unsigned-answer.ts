/** A route signs its answers. The proxy puts its own in their place, and leaves the signature out. */
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { streamOf } from '../stream.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '18c-unsigned-answer',
  title: 'Answer without a signature where answers are signed',
  power: 'ends TLS between phone and service',
  gain: 'a payee’s account number of the attacker’s choice on the victim’s screen',
  requirement: 'T3',
  section: '3.8',
  expect: 'answer_refused',
  weaken: { file: 'client/fetch.js', text: "answer.sealed || rule.answer !== 'signed'", instead: 'true' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const path = target.path('proven')
    const honest = await (await session.fetch(path)).text()
    if (!honest.includes(path)) throw new Error('the honest answer did not arrive')
    phone.network.rewrite({
      answer: (answer, { url }) =>
        url.endsWith(path)
          ? {
              status: 200,
              rawFields: ['content-type', 'application/json'],
              body: streamOf('{"iban":"mine"}'),
            }
          : answer,
    })
    let shown = ''
    const code = await refusalOf(session.fetch(path).then(async (answer) => (shown = await answer.text())))
    if (shown.includes('mine')) return succeeded('the phone showed what nobody signed')
    if (code !== 'answer_refused') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
