import type { DeviceRecord, DurableStore } from '../../store.ts'
import { note, tell, type Records } from './records.ts'

type Acts = Pick<
  DurableStore,
  'isPristine' | 'findDevice' | 'findDeviceByKey' | 'listDevices' | 'revokeDevice'
>

export function deviceActs(records: Records): Acts {
  const { devices, devicesByKey, devicesByUser, families, familiesByDevice } = records
  return {
    async isPristine() {
      return devices.size === 0
    },

    async findDevice(id) {
      return found(devices.get(id))
    },

    async findDeviceByKey(keyThumbprint) {
      return found(devicesByKey.get(keyThumbprint))
    },

    async listDevices({ user, limit, before = Infinity }) {
      const held = user === null ? [...devices.values()] : (devicesByUser.get(user) ?? [])
      return held
        .filter((device) => device.createdAt < before)
        .toSorted((one, other) => other.createdAt - one.createdAt)
        .slice(0, limit)
        .map(copyOf)
    },

    async revokeDevice(id, now, audit) {
      const device = devices.get(id)
      if (!device || device.revokedAt !== null) return null
      device.revokedAt = now
      for (const sid of familiesByDevice.get(id) ?? []) {
        const family = families.get(sid)
        if (family) family.endedAt ??= now
      }
      note(records, audit)
      tell(records, { device: id })
      return { ...device }
    },
  }
}

function found(device: DeviceRecord | undefined): DeviceRecord | null {
  return device ? copyOf(device) : null
}

/** Callers get copies, so nothing they do changes what is stored. */
function copyOf(device: DeviceRecord): DeviceRecord {
  return { ...device }
}
