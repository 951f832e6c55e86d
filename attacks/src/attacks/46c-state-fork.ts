/** One key in two processes. The thief unlocks first and has a session; then the owner unlocks, and his state no longer fits. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrolWithPasscode, loginRefusal, unlockByPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '46c-state-fork',
  title: 'Go on with a copied device key beside its owner',
  power: 'holds a copy of everything on a rooted phone, device key too, and knows the passcode',
  gain: 'a session on a second phone, for as long as its owner wonders why his does not open',
  requirement: 'K4',
  section: '14.1',
  expect: 'identity_proof_required',
  weaken: {
    file: 'server/share.js',
    text: "await suspendDevice(device, 'clone', deployment);",
    instead: '',
  },
  async run(target: Target): Promise<Outcome> {
    const owner = await enrolWithPasscode(target)
    const thief = await unlockByPasscode(target, owner)
    const code = await loginRefusal(target, owner.phone, owner.way)
    if (code !== 'clone_suspected') throw new Error(`the owner was told ${code}`)
    const path = target.path('account')
    return attempt(target, path, await thief.phone.signed({ method: 'GET', target: path }))
  },
}
