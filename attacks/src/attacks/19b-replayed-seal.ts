/** What is sealed cannot be read, but it can be sent again: inside is a signed request with its nonce. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import { seal, sealing } from '../seal.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '19b-replayed-seal',
  title: 'Send a captured sealed request again',
  power: 'ends TLS between phone and service',
  gain: 'the same request once more, unread',
  requirement: 'T4',
  section: '8.6',
  expect: 'replayed',
  weaken: { file: 'server/freshness.js', text: '!use.first', instead: 'false' },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = `/sealed/${randomText(9)}`
    const { request, open } = await seal(target, await phone.signed({ method: 'GET', target: path }))
    await target.send(request)
    const answer = await open(await target.send(request))
    const times = target.backend?.seen(path).length ?? 0
    if (times === 0) throw new Error('the request did not arrive at all')
    return verdict(answer, times > 1 && `the backend ran it ${times} times`)
  },
}
