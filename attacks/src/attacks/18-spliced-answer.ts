/** A genuine, signed answer to another question is put in the place of the right one: an old list that lacks a device. */
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '18-spliced-answer',
  title: 'Answer a question with the signed answer to an earlier one',
  power: 'ends TLS between phone and service',
  gain: 'a user who does not see the attacker’s device in the list',
  requirement: 'K3',
  section: '3.8',
  expect: 'answer_refused',
  weaken: {
    file: 'core/answer.js',
    text: '!(await crypto.verify(key, base, ',
    instead: '!((async () => true)(',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    let old: { status: number; rawFields: readonly string[]; body: Uint8Array } | null = null
    phone.network.rewrite({
      async answer(answer, { url }) {
        if (!url.endsWith('/holdfast/devices')) return answer
        old ??= { ...answer, body: new Uint8Array(await new Response(answer.body).arrayBuffer()) }
        return { ...old, body: new Response(old.body.slice()).body ?? answer.body }
      },
    })
    await session.devices()
    const code = await refusalOf(session.devices())
    if (code === null) return succeeded('the phone showed the old list as the new one')
    if (code !== 'answer_refused') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
