/** A list that forgets whose it is. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '88b-foreign-device-list',
  title: 'Read other customers’ devices from the list',
  power: 'is a customer',
  gain: 'names and ids of everybody’s phones',
  requirement: 'K1',
  section: '6',
  expect: 'harmless',
  weaken: {
    file: 'server/device.js',
    text: 'user: asking.user, limit: listLimit',
    instead: 'user: null, limit: listLimit',
  },
  async run(target: Target): Promise<Outcome> {
    const [victim, attacker] = [await enrol(target), await enrol(target)]
    const answer = await target.send(
      await attacker.signed({ method: 'GET', target: '/holdfast/devices' }, {}, 'device'),
    )
    if (!answer.text.includes(attacker.device)) throw new Error(`no list: ${answer.text.slice(0, 200)}`)
    return harmless(answer.text.includes(victim.device) && 'the victim’s device is in the attacker’s list')
  },
}
