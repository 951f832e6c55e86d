/** In a browser a second key signs what leads to an unlock. It lies on the disk; the device key is under the passcode. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, grantRequest, logIn } from '../passcode.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '59e-attempt-key-elsewhere',
  title: 'Open a session with the attempt key',
  power: 'copied a browser’s disk, attempt key too, and knows the passcode',
  gain: 'a session without the device key',
  requirement: 'K5',
  section: '11.1',
  expect: 'grant_refused',
  weaken: {
    file: 'server/device-call.js',
    text: 'const signer = await findByDeviceKey(claimedKeyId(head), deployment);',
    instead: `const signer = (await findByDeviceKey(claimedKeyId(head), deployment)) ??
        (await findByAttemptKey(claimedKeyId(head), deployment));`,
  },
  async run(target: Target): Promise<Outcome> {
    const attemptKey = await makeKey()
    const { phone, way } = await enrolWithPasscode(target, { attemptKey: attemptKey.jwk })
    const proved = await logIn(target, phone, way, attemptKey)
    const request = await grantRequest(target, attemptKey, proved, { sessionKey: await makeKey() })
    const answer = await target.send(request)
    return verdict(answer, answer.status === 200 && 'the attempt key opened a session')
  },
}
