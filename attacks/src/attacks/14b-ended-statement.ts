/** The statement in force ends. In place of the next one the phone is given the same one again. */
import { statementPath } from '@holdfast/core'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { plain } from '../phone.ts'
import { statementOf } from '../seal.ts'
import { streamOf } from '../stream.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '14b-ended-statement',
  title: 'Keep a phone on a statement that has ended',
  power: 'ends TLS between phone and service',
  gain: 'keys and pins that were given up stay in force on this phone',
  requirement: 'T1',
  section: '2.1',
  expect: 'statement_refused',
  weaken: {
    file: 'core/statement.js',
    text: 'trust.now !== null && trust.now >= statement.exp',
    instead: 'false',
  },
  setting: { config: { policy: { statementSeconds: 1 } } },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const [{ text: old }, { exp }] = [
      await target.send(plain(target, statementPath)),
      await statementOf(target),
    ]
    phone.network.rewrite({
      answer: (answer, { url }) =>
        url.endsWith(statementPath) ? { ...answer, body: streamOf(old) } : answer,
    })
    const over = (exp + 1) * 1000
    while (Date.now() < over) await new Promise((resolve) => setTimeout(resolve, over - Date.now()))
    const path = target.path('account')
    const code = await refusalOf(session.fetch(path))
    if (target.backend?.seen(path).length !== 0) return succeeded('the phone went on under it')
    if (code !== 'statement_refused') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
