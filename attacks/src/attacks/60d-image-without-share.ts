/**
 * The phone's half whole: its wrap, the share of its keystore, the passcode, and what malware once saw a login make of it, the service's
 * share of that day too. Only the share of today was never given to the thief.
 */
import { fromBase64url, shareBytes } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { beginLogin, enrolWithPasscode, finishRequest, releaseOf } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '60d-image-without-share',
  title: 'Open a copied phone with a share of before',
  power: 'holds everything on the phone and its passcode, and what an earlier login gave',
  gain: 'what the phone stores, without the service and whatever is wiped',
  requirement: 'K4',
  section: '13.3',
  expect: 'harmless',
  weaken: {
    file: 'core/share.js',
    text: 'concat(deviceShare, serverShare, exportKey)',
    instead: 'concat(deviceShare, exportKey)',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const core = (await target.load('@holdfast/core/index.js')) as typeof import('@holdfast/core')
    const { phone, way } = await enrolWithPasscode(target)
    const login = await beginLogin(target, phone, way)
    const answer = await target.send(await finishRequest(target, phone.deviceKey, login, way.held))
    const { share, next_share: next } = (await releaseOf(login, answer)).release
    if (share === null) throw new Error('there was no share before')
    const deviceShare = nodeCrypto.random(shareBytes)
    const under = (serverShare: string): Promise<Uint8Array> => {
      const parts = { deviceShare, serverShare: fromBase64url(serverShare), exportKey: login.exportKey }
      return core.passcodeWrappingKey(parts, nodeCrypto)
    }
    const [nonce, nothing] = [nodeCrypto.random(12), new Uint8Array(0)]
    const wrapped = nodeCrypto.seal(await under(next), nonce, nothing, nodeCrypto.random(32))
    const opened = nodeCrypto.open(await under(share), nonce, nothing, wrapped)
    return harmless(opened !== null && 'the vault key opened without the share of today')
  },
}
