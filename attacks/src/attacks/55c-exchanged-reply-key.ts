/** The user does touch the sensor. Malware changes on the way to whom the service encrypts the share. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { bindFinger, makeReplyKey, proveRequest, releaseTo, touched } from '../finger.ts'
import { enrolWithPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '55c-exchanged-reply-key',
  title: 'Have the share encrypted to somebody else',
  power: 'changes what the app sends, and has the device key sign it',
  gain: 'the service’s share of the vault key',
  requirement: 'K4',
  section: '12.3',
  expect: 'presence_refused',
  weaken: {
    file: 'core/presence.js',
    text: 'const names = Object.keys(expected);',
    instead: "const names = Object.keys(expected).filter((name) => name !== 'reply_key');",
  },
  async run(target: Target): Promise<Outcome> {
    const { phone } = await enrolWithPasscode(target)
    const made = await touched(target, phone, await bindFinger(target, phone))
    const own = { ...made, reply: await makeReplyKey() }
    const answer = await target.send(await proveRequest(target, phone, own))
    if (answer.status !== 200) return verdict(answer, false)
    const { release } = await releaseTo(own, answer)
    return verdict(answer, `share ${release.number + 1} was read by somebody else`)
  },
}
