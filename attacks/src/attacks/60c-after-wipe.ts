/** Phone, passcode and finger are all in the thief's hand, and his app does what he likes. The bank has wiped the phone from afar. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { bindFinger, prove, proveRequest, releaseTo, touched } from '../finger.ts'
import {
  beginLogin,
  enrolWithPasscode,
  finishRequest,
  type Proved,
  releaseOf,
  openWith,
} from '../passcode.ts'
import { presenceGrant } from '@holdfast/core'
import type { Answer } from '../raw.ts'
import type { Target } from '../target.ts'

type Tried = { readonly answer: Answer; readonly release: () => Promise<Proved> }

export const attack: Attack = {
  id: '60c-after-wipe',
  title: 'Open a wiped phone with all its factors',
  power: 'holds the phone with all its keys, the right passcode and the right finger, and an app of his own',
  gain: 'the vault as it is on the phone',
  requirement: 'K4',
  section: '13.4',
  expect: 'share_gone',
  weaken: {
    file: 'server/stores/memory/share.js',
    text: `records.shares.delete(deviceId);
    records.vaultMarks.set(deviceId, { ...marks, gone: true });`,
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await enrolWithPasscode(target)
    const finger = await bindFinger(target, phone)
    await openWith(target, phone, await prove(target, phone, finger), presenceGrant)
    // Begun before the wipe: afterwards no login begins at all.
    const login = await beginLogin(target, phone, way)
    await target.wipe(phone.device)
    const byPasscode = await target.send(await finishRequest(target, phone.deviceKey, login, way.held))
    const touch = await touched(target, phone, finger, 1)
    const byFinger = await target.send(await proveRequest(target, phone, touch))
    const tried: Tried[] = [
      { answer: byPasscode, release: () => releaseOf(login, byPasscode) },
      { answer: byFinger, release: () => releaseTo(touch, byFinger) },
    ]
    for (const { answer, release } of tried)
      if (answer.status === 200) return verdict(answer, `share ${(await release()).release.number} was given`)
    const [first, second] = [byPasscode, byFinger]
    if (first.code !== second.code) throw new Error(`by finger it was refused with ${second.code}`)
    return verdict(first, false)
  },
}
