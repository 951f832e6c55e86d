/** Each unlock opens a session and writes a line that is kept for ever. A phone in the wrong hands does nothing else. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol, unlockRequest } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

const perMinute = 5

export const attack: Attack = {
  id: '92-unlock-flood',
  title: 'Open session after session with one device',
  power: 'is a customer with an own phone',
  gain: 'the disk of the service, filled with its own audit',
  requirement: 'T7',
  section: '5',
  expect: 'rate_limited',
  weaken: {
    file: 'server/session.js',
    text: 'await limitUnlocks(device.id, tools.deployment);',
    instead: '',
  },
  setting: { config: { policy: { session: { unlocksPerMinute: perMinute } } } },
  async run(target: Target): Promise<Outcome> {
    const { deviceKey } = await enrol(target)
    const unlock = async () => target.send(await unlockRequest(target, deviceKey, await makeKey()))
    // The first one was part of the enrolment.
    for (let i = 1; i < perMinute; i++) await unlock()
    const answer = await unlock()
    return verdict(answer, answer.status === 200 && `session ${perMinute + 1} in the minute was opened`)
  },
}
