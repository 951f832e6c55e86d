/** A stolen refresh token in the hands of another customer, who has a bound device and a good key of his own. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol, refreshRequest } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '38b-foreign-refresh-token',
  title: 'Refresh with another customer’s token, signed by an own bound device',
  power: 'is a customer and holds another’s refresh token',
  gain: 'the other’s session',
  requirement: 'T5',
  section: '5',
  expect: 'grant_refused',
  weaken: {
    file: 'server/session.js',
    text: 'await store.findFamilyByRefresh(presentedDigest);',
    instead: 'await store.findFamilyByRefresh(presentedDigest); if (found !== null) device = found.device;',
  },
  async run(target: Target): Promise<Outcome> {
    const [victim, thief] = [await enrol(target), await enrol(target)]
    const answer = await target.send(await refreshRequest(target, thief.deviceKey, victim.tokens.refresh))
    return verdict(answer, answer.status === 200 && 'the thief holds new tokens of the victim')
  },
}
