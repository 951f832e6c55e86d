/** Who once had a phone open in his debugger has all of its half. What he lacks is the service's, and that lies in a database. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { withService } from '../own-service.ts'
import { enrolWithPasscode, logIn } from '../passcode.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '60-shares-in-database',
  title: 'Read shares of vault keys in the database',
  power: 'holds a copy of the database, not the key file, and everything a phone has',
  gain: 'what phones store, without the service and whatever was wiped',
  requirement: 'K4',
  section: '13.5',
  expect: 'harmless',
  weaken: {
    file: 'server/share.js',
    text: `keys.sealForGood(contextOf(place), nodeCrypto.random(shareBytes));
    const open = (place, sealed) => toBase64url(keys.openForGood(contextOf(place), sealed));`,
    instead: `toBase64url(nodeCrypto.random(shareBytes));
    const open = (place, sealed) => sealed;`,
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    return withService(target, async (service) => {
      const { phone, way } = await enrolWithPasscode(service)
      const { release } = await logIn(service, phone, way)
      const times = { askedAt: Date.now(), now: Date.now() }
      const row = { deviceId: phone.device, way: way.record, held: way.held, fresh: '', ...times }
      const stolen = await service.store.releaseShare(row)
      if (stolen.kind !== 'released' || release.share === null) throw new Error('there is no share to read')
      const said = new Set([stolen.sealedShare, stolen.sealedNext])
      const shares = [release.share, release.next_share]
      return harmless(shares.some((share) => said.has(share)) && 'a share is there to be read')
    })
  },
}
