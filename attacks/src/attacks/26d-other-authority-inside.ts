/** Outside, a sealed request is for this service. Inside it says another one: whoever trusted the outside is led astray. */
import type { Attack, Outcome } from '../attack.ts'
import { verdict } from '../attack.ts'
import { plain } from '../phone.ts'
import { seal, sealing } from '../seal.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '26d-other-authority-inside',
  title: 'Seal a request for another service',
  power: 'sends its own sealed requests',
  gain: 'a request that is for one service outside and for another inside',
  requirement: 'T4',
  section: '8.2',
  expect: 'bad_request',
  weaken: { file: 'server/sealing.js', text: '`${scheme}://${authority}` !== origin', instead: 'false' },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `/open/${randomText(9)}`
    const elsewhere = { ...target, origin: 'https://elsewhere.example' }
    const { request, open } = await seal(elsewhere, { ...plain(target, path), fields: [] }, target)
    const answer = await open(await target.send(request))
    return verdict(
      answer,
      target.backend?.seen(path).length !== 0 && 'the backend ran what was for elsewhere',
    )
  },
}
