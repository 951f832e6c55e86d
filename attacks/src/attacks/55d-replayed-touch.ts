/** A proof is shown twice: under a new signature, so that nothing of the request is a repeat but the touch itself. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { bindFinger, proveRequest, touched } from '../finger.ts'
import { enrolWithPasscode } from '../passcode.ts'
import { json } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55d-replayed-touch',
  title: 'Use one touch for two factors',
  power: 'runs code in the app, has the device key sign, and sees one proof pass',
  gain: 'a session more than its user opened',
  requirement: 'C8',
  section: '12.2',
  expect: 'presence_refused',
  weaken: {
    file: 'server/stores/memory/presence.js',
    text: `return null;
            presenceChallenges.delete(id);`,
    instead: 'return null;',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const made = await touched(target, phone, await bindFinger(target, phone))
    json(await target.send(await proveRequest(target, phone, made)))
    const answer = await target.send(await proveRequest(target, phone, made))
    return verdict(answer, answer.status === 200 && 'one touch was taken twice')
  },
}
