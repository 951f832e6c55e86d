/** A user's bound devices: listing and removing them (docs/protocol.md 6). */
import { HoldfastError } from '@holdfast/core'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { VerifiedRequest } from './request.ts'
import type { DeviceRecord } from './store.ts'

/** One device as its user sees it. Times in seconds since 1970. */
export type ListedDevice = {
  id: string
  name: string
  platform: string
  created: number
  revoked: number | null
  /** True for the device that asks. */
  this: boolean
}

export interface Devices {
  list(verified: VerifiedRequest): Promise<{ devices: ListedDevice[] }>
  /** Content when it was removed before. Throws `not_found` for a device of somebody else. */
  remove(verified: VerifiedRequest, id: string): Promise<void>
  /** For operators. The device, revoked now or before; null when there is none. */
  revoke(id: string, actor: string): Promise<DeviceRecord | null>
}

/** More than anybody binds, revoked ones included; older ones are for operators to page through. */
const listLimit = 100

function listed(device: DeviceRecord, own: string): ListedDevice {
  const { id, name, platform, createdAt, revokedAt } = device
  return {
    id,
    name,
    platform,
    created: Math.floor(createdAt / 1000),
    revoked: revokedAt === null ? null : Math.floor(revokedAt / 1000),
    this: id === own,
  }
}

export function createDevices({ store, clock }: Deployment): Devices {
  async function revoke(device: DeviceRecord, actor: string): Promise<DeviceRecord | null> {
    const at = clock.now()
    const entry = auditEntry('device.revoked', { at, actor, user: device.user, device: device.id })
    return store.revokeDevice(device.id, at, entry)
  }

  return {
    async list({ device: asking }: VerifiedRequest): Promise<{ devices: ListedDevice[] }> {
      const devices = await store.listDevices({ user: asking.user, limit: listLimit })
      return { devices: devices.map((device) => listed(device, asking.id)) }
    },

    async remove({ device: asking }: VerifiedRequest, id: string): Promise<void> {
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
