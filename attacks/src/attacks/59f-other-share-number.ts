/** Malware cannot make a proof of the passcode, but it holds one for a moment. It changes what the proof is said to be about. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { beginLogin, enrolWithPasscode, finishRequest } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '59f-other-share-number',
  title: 'Change the share number in a login',
  power: 'changes what the app sends, and has the device key sign it',
  gain: 'a phone that its service takes for a copy',
  requirement: 'K4',
  section: '11.3',
  expect: 'passcode_refused',
  weaken: {
    file: 'server/passcode-login.js',
    text: 'if (!equal(utf8(expected), utf8(proof)))',
    instead: 'if (false)',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    const login = await beginLogin(target, phone, way)
    const other = { held: way.held - 1 }
    const answer = await target.send(await finishRequest(target, phone.deviceKey, login, way.held, other))
    const taken = answer.status === 200 || answer.code === 'clone_suspected'
    return verdict(answer, taken && `share number ${other.held} was believed: ${answer.code}`)
  },
}
