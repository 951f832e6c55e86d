/** Ids in paths: a customer removes the phone of another by naming it. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '88a-foreign-device',
  title: 'Remove another customer’s device by its id',
  power: 'is a customer and knows the id of another’s device',
  gain: 'the other is locked out at the moment of the attacker’s choice',
  requirement: 'K1',
  section: '6',
  expect: 'not_found',
  weaken: { file: 'server/device.js', text: 'device?.user !== asking.user', instead: 'device === null' },
  async run(target: Target): Promise<Outcome> {
    const [victim, attacker] = [await enrol(target), await enrol(target)]
    const draft = { method: 'DELETE', target: `/holdfast/devices/${victim.device}` }
    const answer = await target.send(await attacker.signed(draft, {}, 'device'))
    const path = target.path('account')
    const after = await target.send(await victim.signed({ method: 'GET', target: path }))
    return verdict(answer, after.code !== null && `the victim’s phone is refused: ${after.code}`)
  },
}
