/** The service's half of split vault keys: giving a share after a factor, and deleting it (docs/protocol.md 13). */
import { HoldfastError, shareBytes, type ShareRelease, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { DeviceRecord } from './store.ts'
import { suspendDevice } from './suspension.ts'
import { createWipeGuard, type WipeGuard } from './wipe-memory.ts'

/** `held`: the number of the share its wrap needs. `askedAt`: when the login or challenge began that says so, milliseconds since 1970. */
export type ProvedHolding = { readonly held: number; readonly askedAt: number }

export interface Shares {
  /**
   * What the device gets for one way in, just proved. Throws `clone_suspected` when it holds an older share than was acknowledged, and
   * suspends the device; `grant_refused` when that happened after it was asked; `share_gone` when it was deleted or never was here;
   * `share_unavailable` while the store is older than what is remembered; `identity_proof_required` for a suspended device.
   */
  release(device: DeviceRecord, way: string, proved: ProvedHolding): Promise<ShareRelease>
  /** Throws `share_unavailable` while the store is older than what is remembered, `share_gone` when nothing can be released any more. */
  check(deviceId: string): Promise<void>
  /** The remote wipe, without a revocation: nothing on this device opens any more, whatever it does. True when there was a share. */
  wipe(deviceId: string, actor: string): Promise<boolean>
}

/** A share put into another row, or under another number, does not open there. Ids are b64u, so no two places read alike. */
type Place = { readonly device: string; readonly way: string; readonly number: number }
function contextOf({ device, way, number }: Place): string {
  return `share ${device} ${way} ${number}`
}

export function createShares(deployment: Deployment, wipes: WipeGuard = createWipeGuard(deployment)): Shares {
  const { store, keys, clock } = deployment
  const sealFresh = (place: Place): string =>
    keys.sealForGood(contextOf(place), nodeCrypto.random(shareBytes))
  const open = (place: Place, sealed: string): string =>
    toBase64url(keys.openForGood(contextOf(place), sealed))

  return {
    async check(deviceId: string): Promise<void> {
      await wipes.check()
      if (await store.wasWiped(deviceId)) throw new HoldfastError('share_gone')
    },

    async release(
      device: DeviceRecord,
      way: string,
      { held, askedAt }: ProvedHolding,
    ): Promise<ShareRelease> {
      await wipes.check()
      const place = { device: device.id, way, number: held }
      const next = { ...place, number: held + 1 }
      const result = await store.releaseShare({
        deviceId: device.id,
        way,
        held,
        askedAt,
        // Whatever waits or is made new: it is the one after the one that is held.
        fresh: sealFresh(next),
        now: clock.now(),
      })
      if (result.kind === 'clone') {
        await suspendDevice(device, 'clone', deployment)
        throw new HoldfastError('clone_suspected')
      }
      if (result.kind === 'late') throw new HoldfastError('grant_refused')
      if (result.kind === 'suspended') throw new HoldfastError('identity_proof_required')
      if (result.kind === 'gone') throw new HoldfastError('share_gone')
      const { sealedShare, sealedNext, mark, nextMark } = result
      return {
        number: held,
        share: sealedShare === null ? null : open(place, sealedShare),
        next_share: open(next, sealedNext),
        mark,
        next_mark: nextMark,
      }
    },

    async wipe(deviceId: string, actor: string): Promise<boolean> {
      const device = await store.findDevice(deviceId)
      if (device === null) return false
      const at = clock.now()
      const audit = auditEntry('device.wiped', { at, actor, user: device.user, device: deviceId })
      const wiped = await store.wipeShares(deviceId, at, audit)
      await wipes.remember()
      return wiped
    },
  }
}
