/**
 * A proxy whose certificate the phone trusts ends TLS and reads the whole enrolment, the one-time text included. It puts its
 * own key in the place of the phone's and signs anew. What it lacks is the secret of the code, which never travels.
 */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import {
  confirmRequest,
  enrolmentId,
  enrolmentRequest,
  getChallenge,
  oneTimeText,
  signedJson,
} from '../phone.ts'
import { makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '44a-substituted-key',
  title: 'Read a whole enrolment and bind another key in its place',
  power: 'ends TLS between phone and service: reads and changes everything',
  gain: 'the attacker’s device, bound to the victim',
  requirement: 'K1',
  section: '4.2',
  expect: 'activation_refused',
  weaken: { file: 'server/activation.js', text: 'equal(utf8(proof), utf8(request.proof))', instead: 'true' },
  async run(target: Target): Promise<Outcome> {
    const [victim, proxy, sendTo] = [await makeKey(), await makeKey(), `+1555${Date.now()}`]
    const code = await target.activate(`user-${randomText(6)}`, sendTo)
    const challenge = await getChallenge(target)
    const read = await enrolmentRequest(target, { key: victim, code, challenge })
    const message = JSON.parse(Buffer.from(read.body).toString()) as Record<string, unknown>
    const forged = await signedJson(target, proxy, '/holdfast/enrolments', {
      ...message,
      device_key: proxy.jwk,
    })
    const answer = await target.send(forged)
    if (answer.code !== null) return verdict(answer, false)
    const text = await oneTimeText(target, sendTo)
    const bound = await target.send(await confirmRequest(target, proxy, enrolmentId(answer), text))
    return verdict(bound, bound.status === 200 && 'the proxy’s key is bound to the victim')
  },
}
