/** Malware kept what a finger once signed, and shows it again when nobody is there. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { ask, bindFinger, proveRequest, touched } from '../finger.ts'
import { enrolWithPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55b-earlier-touch',
  title: 'Answer a challenge with the touch made for another',
  power: 'runs code in the app, has the device key sign, and kept what the finger’s key signed before',
  gain: 'a session at any time after one touch',
  requirement: 'C8',
  section: '12.3',
  expect: 'presence_refused',
  weaken: {
    file: 'core/presence.js',
    text: 'const names = Object.keys(expected);',
    instead: "const names = Object.keys(expected).filter((name) => name !== 'challenge');",
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const finger = await bindFinger(target, phone)
    const kept = await touched(target, phone, finger)
    const later = { ...kept, asked: await ask(target, phone, finger) }
    const answer = await target.send(await proveRequest(target, phone, later))
    return verdict(answer, answer.status === 200 && 'a touch answered a challenge it was not made for')
  },
}
