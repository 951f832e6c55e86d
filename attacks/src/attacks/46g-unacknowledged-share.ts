/** A copy of a phone lies about which share it holds, and takes none of the new ones: so the numbers stay as its owner knows them. */
import { passcodeGrant } from '@holdfast/core'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { beginLogin, enrolWithPasscode, finishRequest, releaseOf, unlockByPasscode } from '../passcode.ts'
import { signedJson } from '../phone.ts'
import { makeKey } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '46g-unacknowledged-share',
  title: 'Unlock a copied phone without taking a new share',
  power: 'holds an old copy of everything on the phone, device key too, and knows the passcode',
  gain: 'sessions on a second phone that the owner’s next unlock does not uncover',
  requirement: 'K4',
  section: '13.2',
  expect: 'grant_refused',
  weaken: {
    file: 'server/stores/share-ack.js',
    text: 'if (ack.number === number && (number === 0 || share?.sealedNext === null))',
    instead: 'if (ack.number === number)',
  },
  async run(target: Target): Promise<Outcome> {
    const { phone, way } = await unlockByPasscode(target, await enrolWithPasscode(target))
    const login = await beginLogin(target, phone, way)
    const finished = await target.send(await finishRequest(target, phone.deviceKey, login, way.held))
    const { factor, release } = await releaseOf(login, finished)
    const answer = await target.send(
      await signedJson(target, phone.deviceKey, '/holdfast/token', {
        grant_type: passcodeGrant,
        session_key: (await makeKey()).jwk,
        factor,
        ack: { number: release.number, mark: release.mark },
      }),
    )
    return verdict(answer, answer.status === 200 && 'a session was opened, and no number tells of it')
  },
}
