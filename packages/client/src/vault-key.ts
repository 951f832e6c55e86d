/**
 * The vault key: 32 random octets every other secret of this device hangs from (docs/protocol.md 13), and what is derived from it. It is on
 * the disk wrapped only (wrap.ts), once for each way in, and in memory between unlock and lock.
 */
import { type CryptoPort, utf8 } from '@holdfast/core'

export const vaultKeyBytes = 32

/** HKDF labels (RFC 5869 info): every key that is ever derived on this device, each 32 octets. */
const labels = {
  sql: 'holdfast vault sql v1',
  preferences: 'holdfast vault preferences v1',
  files: 'holdfast vault files v1',
  cache: 'holdfast vault cache v1',
  manifest: 'holdfast vault manifest v1',
  /** Wraps the device key where no hardware keeps it. */
  deviceKey: 'holdfast vault device key v1',
  /** The offline store's own key; from it the three below. It is all that opening offline gives. */
  offline: 'holdfast vault offline v1',
  offlineContent: 'holdfast offline content v1',
  offlineNames: 'holdfast offline names v1',
  offlineNote: 'holdfast offline note v1',
  offlineByPasscode: 'holdfast offline key by passcode v1',
  offlineByPresence: 'holdfast offline key by presence v1',
} as const
export type KeyName = keyof typeof labels

/** The key of that name under `root`: the vault key, or the offline key for the names that begin so. */
export async function derivedKey(root: Uint8Array, name: KeyName, crypto: CryptoPort): Promise<Uint8Array> {
  return crypto.hkdfSha256(root, new Uint8Array(0), utf8(labels[name]), 32)
}

/** Octets of its own. Node's `Buffer` has a `slice` that copies nothing, and what shares octets is zeroed together. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Overwrites what is ours; copies a platform made are beyond reach. */
export function zero(...buffers: ReadonlyArray<Uint8Array | null | undefined>): void {
  for (const buffer of buffers) buffer?.fill(0)
}
