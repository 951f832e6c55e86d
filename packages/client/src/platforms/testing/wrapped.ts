/** A keystore without hardware, as a browser's: what was not kept is in memory alone, and what was kept signs only while it is open. */
import { type CryptoPort, equal, HoldfastError } from '@holdfast/core'
import type { Keystore, StoredKey, WrappedKeys } from '../../ports.ts'
import { virtualKeystore, type VirtualKeystore } from './keystore.ts'

export type VirtualWrappedKeystore = Keystore & {
  readonly wrapped: WrappedKeys
  /** The process ends: keys that were not kept are gone, the others closed. */
  restart(): void
  /** What lies on the disk, on another disk. */
  copyTo(other: VirtualWrappedKeystore): void
  readonly disk: Disk
}
type Disk = { readonly kept: Map<string, Uint8Array>; readonly attempts: VirtualKeystore }

/** `keys` holds them all; which of them are to be had is said here. */
export function virtualWrappedKeystore(
  keys: VirtualKeystore,
  crypto: CryptoPort,
  sleep: (ms: number) => Promise<void>,
): VirtualWrappedKeystore {
  const disk: Disk = { kept: new Map(), attempts: virtualKeystore(crypto, sleep) }
  const open = new Set<string>()
  let closings = 0

  function checkOpen(label: string): void {
    if (!open.has(label)) throw new HoldfastError(disk.kept.has(label) ? 'locked' : 'key_missing')
  }

  return {
    disk,
    async create(label: string): Promise<StoredKey> {
      const key = await keys.create(label)
      open.add(label)
      return key
    },
    find: async (label) => (open.has(label) || disk.kept.has(label) ? keys.find(label) : null),
    async sign(label: string, data: Uint8Array): Promise<Uint8Array> {
      checkOpen(label)
      return keys.sign(label, data)
    },
    async remove(label: string): Promise<void> {
      open.delete(label)
      disk.kept.delete(label)
      await keys.remove(label)
    },
    wrapped: {
      async keep(label: string, wrappingKey: Uint8Array): Promise<void> {
        if (wrappingKey.length !== 32) throw new TypeError('a wrapping key has 32 bytes')
        checkOpen(label)
        disk.kept.set(label, new Uint8Array(wrappingKey))
      },
      async open(label: string, wrappingKey: Uint8Array): Promise<void> {
        if (wrappingKey.length !== 32) throw new TypeError('a wrapping key has 32 bytes')
        const under = disk.kept.get(label)
        if (under === undefined) throw new HoldfastError('key_missing')
        if (!equal(under, wrappingKey)) throw new HoldfastError('key_unavailable')
        const before = closings
        await Promise.resolve()
        if (closings !== before) throw new HoldfastError('locked')
        open.add(label)
      },
      close(): void {
        closings++
        for (const label of disk.kept.keys()) open.delete(label)
      },
      attempts: disk.attempts,
    },
    restart(): void {
      for (const label of open) if (!disk.kept.has(label)) void keys.remove(label)
      open.clear()
    },
    copyTo(other: VirtualWrappedKeystore): void {
      for (const [label, wrappingKey] of disk.kept) other.disk.kept.set(label, wrappingKey)
      disk.attempts.copyTo(other.disk.attempts)
    },
  }
}
