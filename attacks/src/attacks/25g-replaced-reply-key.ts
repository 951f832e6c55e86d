/** On the way to the gateway somebody puts its own reply key in the place of the app's, and reads what comes back. */
import type { VirtualPhone } from '@holdfast/client/testing'
import { createReplyKey, isErrorCode } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { openApp, refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { bytesOf, streamOf } from '../stream.ts'
import type { Target } from '../target.ts'

/** The code of the last answer. */
function saidBy({ network }: VirtualPhone): string | undefined {
  const fields = network.exchanges.at(-1)?.answer?.rawFields ?? []
  return fields[fields.indexOf('holdfast-error') + 1]
}

export const attack: Attack = {
  id: '25g-replaced-reply-key',
  title: 'Put an own reply key in the place of the app’s',
  power: 'ends TLS between phone and service',
  gain: 'a card’s PIN, encrypted to the attacker',
  requirement: 'T3',
  section: '8.7',
  expect: 'signature_invalid',
  weaken: { file: 'core/request.js', text: "'holdfast-reply-key',", instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const own = await createReplyKey(nodeCrypto)
    let read = ''
    phone.network.rewrite({
      request: (request) => ({
        ...request,
        fields: request.fields.map(([name, value]) => [
          name,
          name === 'holdfast-reply-key' ? own.field : value,
        ]),
      }),
      async answer(answer, { url }) {
        if (!url.includes('/secret/')) return answer
        const body = await bytesOf(answer.body)
        read = await own.open(body).then(
          (secret) => Buffer.from(secret).toString(),
          () => read,
        )
        return { ...answer, body: streamOf(body) }
      },
    })
    const code = await refusalOf(session.fetchSecret(target.path('secret')))
    if (read !== '') return succeeded(`the attacker reads "${read}"`)
    const said = saidBy(phone)
    if (!isErrorCode(said)) throw new Error(`the client said ${code}`)
    return repelled(said)
  },
}
