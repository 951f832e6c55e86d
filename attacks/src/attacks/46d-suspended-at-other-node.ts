/** The owner said a second ago that he forgot his passcode. The thief goes on at another node, which has the session in its cache. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { twoNodes } from '../factor-settings.ts'
import { enrol, json, signedJson } from '../phone.ts'
import type { Target } from '../target.ts'

const effectiveMs = 1000

export const attack: Attack = {
  id: '46d-suspended-at-other-node',
  title: 'Use a suspended device at another node a second later',
  power: 'holds the phone, unlocked, and can choose the node',
  gain: 'the minutes until the token would have ended',
  requirement: 'C9',
  section: '14.1',
  expect: 'identity_proof_required',
  weaken: {
    file: 'server/stores/sql/session.js',
    text: '.selectNoFrom(tell({ device: deviceId })',
    instead: '.selectNoFrom(sql`1`',
  },
  setting: twoNodes,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    await target.sendElsewhere(await phone.signed({ method: 'GET', target: path }))
    json(await target.send(await signedJson(target, phone.deviceKey, '/holdfast/passcode/forgotten', {})))
    await new Promise((resolve) => setTimeout(resolve, effectiveMs))
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }), target.sendElsewhere)
  },
}
