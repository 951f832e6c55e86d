import type { DeviceRecord, DurableStore } from '../../store.ts'
import { forgetPasscodes } from './factor.ts'
import { dropPresence } from './presence.ts'
import { note, tell, type Records } from './records.ts'
import { endFamilies } from './session.ts'
import { closeVault } from './share.ts'

type Acts = Pick<
  DurableStore,
  'isPristine' | 'findDevice' | 'findDeviceByKey' | 'listDevices' | 'revokeDevice'
>

export function deviceActs(records: Records): Acts {
  const { devices, devicesByKey, devicesByUser } = records
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
      // The remote wipe: with the shares goes the only way to open what the device stores.
      forgetPasscodes(records, id)
      dropPresence(records, id)
      closeVault(records, id)
      for (const held of records.factors.values()) if (held.deviceId === id) records.factors.delete(held.id)
      endFamilies(records, id, now)
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
