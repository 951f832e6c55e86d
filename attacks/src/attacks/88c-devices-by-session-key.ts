/** Malware in the app holds the session key. With it alone, it must not be able to throw the user's other phones out. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '88c-devices-by-session-key',
  title: 'Remove a device with the session key',
  power: 'holds the session key and a token, not the device key',
  gain: 'the user’s other phones are locked out',
  requirement: 'K1',
  section: '6',
  expect: 'device_key_required',
  weaken: { file: 'server/own-call.js', text: "own: true, signer: 'device'", instead: 'own: true' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const other = await enrol(target, phone.user)
    const draft = { method: 'DELETE', target: `/holdfast/devices/${other.device}` }
    const answer = await target.send(await phone.signed(draft))
    return verdict(answer, answer.status === 200 && 'the other device was removed')
  },
}
