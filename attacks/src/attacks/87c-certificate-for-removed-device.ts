/** A phone was reported stolen. Its thief asks for one more certificate. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { mutual } from '../certificate.ts'
import { enrol, signedJson } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87c-certificate-for-removed-device',
  title: 'Ask for a certificate for a removed device',
  power: 'holds the device key of a removed device',
  gain: 'three more days of connections',
  requirement: 'X6',
  section: '10.1',
  expect: 'device_revoked',
  weaken: { file: 'server/standing.js', text: 'revokedAt !== null', instead: 'false' },
  setting: mutual,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const { device, deviceKey } = await enrol(target)
    await target.revoke(device)
    const answer = await target.send(await signedJson(target, deviceKey, '/holdfast/certificate', {}))
    return verdict(answer, answer.status === 200 && 'the thief holds a new certificate')
  },
}
