/**
 * Which key is whose is in the store, but not for the store to say (docs/protocol.md 4.4): who writes into it and holds none of our keys
 * could else name a key of his own for somebody's device, or somebody else as the user of his.
 */
import { equal, utf8 } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import type { KeyRing } from './keys.ts'
import type { DeviceRecord } from './store.ts'

export type BoundFacts = Pick<DeviceRecord, 'id' | 'user' | 'keyThumbprint' | 'publicKey' | 'createdAt'>

/** What stands with a device for good: a MAC of what nobody may change. Since when it is bound belongs to it, as limits ask for that. */
export function bindingOf(facts: BoundFacts, keys: Pick<KeyRing, 'digest'>): string {
  const { id, user, keyThumbprint, publicKey, createdAt } = facts
  return keys.digest(
    'device binding',
    JSON.stringify([id, user, keyThumbprint, publicKey.x, publicKey.y, createdAt]),
  )
}

/** True for a device as this service bound it. */
export function isBound(device: DeviceRecord, keys: Pick<KeyRing, 'digest'>): boolean {
  return equal(utf8(device.binding), utf8(bindingOf(device, keys)))
}

/** The device this service bound to the key; null for one that somebody else wrote down, too. */
export async function findBound(
  keyThumbprint: string,
  { store, keys }: Pick<Deployment, 'store' | 'keys'>,
): Promise<DeviceRecord | null> {
  const device = await store.findDeviceByKey(keyThumbprint)
  return device !== null && isBound(device, keys) ? device : null
}
