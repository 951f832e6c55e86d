/** A whole phone was copied, keystore and all, and its passcode seen. The owner went on using his; the thief comes later. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { beginLogin, enrolWithPasscode, finishRequest, releaseOf, unlockByPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '45c-copied-image-with-keystore',
  title: 'Open a copied phone after its owner unlocked his',
  power: 'holds a copy of everything on the phone, device key and shares too, and knows the passcode',
  gain: 'the vault as it was, and a second phone nobody knows of',
  requirement: 'K4',
  section: '13.2',
  expect: 'clone_suspected',
  weaken: {
    file: 'server/stores/share-ack.js',
    text: 'return { ...taken, share: { number: ack.number, sealedShare: share.sealedNext, sealedNext: null } };',
    instead: 'return { ...taken, share };',
  },
  async run(target: Target): Promise<Outcome> {
    const owner = await enrolWithPasscode(target)
    const { phone, way: copied } = owner
    await unlockByPasscode(target, owner)
    const login = await beginLogin(target, phone, copied)
    const answer = await target.send(await finishRequest(target, phone.deviceKey, login, copied.held))
    if (answer.code !== null) return verdict(answer, false)
    const { share, number } = (await releaseOf(login, answer)).release
    return verdict(
      answer,
      share !== null && number === copied.held && 'the share of the copy was given again',
    )
  },
}
