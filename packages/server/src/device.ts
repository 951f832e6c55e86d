/** A user's bound devices: listing and removing them (docs/protocol.md 6). */
import { HoldfastError } from '@holdfast/core'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { demandFreshPasscode } from './factor.ts'
import type { VerifiedRequest } from './request.ts'
import type { DeviceRecord } from './store.ts'
import { createWipeGuard, type WipeGuard } from './wipe-memory.ts'

/** One device as its user sees it. Times in seconds since 1970. */
export type ListedDevice = {
  id: string
  name: string
  platform: string
  created: number
  revoked: number | null
  /** True while only a new activation helps (docs/protocol.md 14.1). */
  suspended: boolean
  /** True for the device that asks. */
  this: boolean
}

export interface Devices {
  list(verified: VerifiedRequest): Promise<{ devices: ListedDevice[] }>
  /**
   * Content when it was removed before. Throws `not_found` for a device of somebody else, and `insufficient_user_authentication` where the
   * asking device has a passcode and it was not given just now.
   */
  remove(verified: VerifiedRequest, id: string): Promise<void>
  /** For operators. The device, revoked now or before; null when there is none. */
  revoke(id: string, actor: string): Promise<DeviceRecord | null>
}

/** More than anybody binds, revoked ones included; older ones are for operators to page through. */
const listLimit = 100

function listed(device: DeviceRecord, own: string): ListedDevice {
  const { id, name, platform, createdAt, revokedAt, suspendedFor } = device
  return {
    id,
    name,
    platform,
    created: Math.floor(createdAt / 1000),
    revoked: revokedAt === null ? null : Math.floor(revokedAt / 1000),
    suspended: suspendedFor !== null,
    this: id === own,
  }
}

export function createDevices(
  deployment: Deployment,
  wipes: Pick<WipeGuard, 'remember'> = createWipeGuard(deployment),
): Devices {
  const { store, clock } = deployment
  async function revoke(device: DeviceRecord, actor: string): Promise<DeviceRecord | null> {
    const at = clock.now()
    const entry = auditEntry('device.revoked', { at, actor, user: device.user, device: device.id })
    const revoked = await store.revokeDevice(device.id, at, entry)
    // Its shares went with it: a store put back from before is noticed.
    await wipes.remember()
    return revoked
  }

  return {
    async list({ device: asking }: VerifiedRequest): Promise<{ devices: ListedDevice[] }> {
      const devices = await store.listDevices({ user: asking.user, limit: listLimit })
      return { devices: devices.map((device) => listed(device, asking.id)) }
    },

    async remove(verified: VerifiedRequest, id: string): Promise<void> {
      const { device: asking } = verified
      await demandFreshPasscode(verified, deployment)
      const device = await store.findDevice(id)
      // The same answer for another user's device as for none: ids of others cannot be searched.
      if (device?.user !== asking.user) throw new HoldfastError('not_found')
      await revoke(device, asking.id)
    },

    async revoke(id: string, actor: string): Promise<DeviceRecord | null> {
      const device = await store.findDevice(id)
      if (device === null) return null
      return (await revoke(device, actor)) ?? store.findDevice(id)
    },
  }
}
