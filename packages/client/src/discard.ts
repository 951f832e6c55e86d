/** Removing what a device left here: only when another one is bound, or when the user asks for it. */
import { createOffline } from './offline.ts'
import type { Platform } from './ports.ts'
import { removeDeviceShare } from './share.ts'
import { wipeVault } from './vault.ts'
import { createWraps, type Way } from './wraps.ts'

async function removeWay({ presence, keystore }: Platform, way: Way): Promise<void> {
  if (way.kind === 'presence') await presence?.remove(way.label)
  else if (way.attempt !== null) await keystore.wrapped?.attempts.remove(way.attempt.label)
}

/** Vault, shares and ways of any device but `keep`. Can be called again when it failed: the record that names them goes last. */
export async function discard(platform: Platform, origin: string, keep: string | null): Promise<void> {
  const wraps = createWraps(platform.storage, origin)
  const record = await wraps.read()
  if (record === null || record.device === keep) return
  for (const vault of [record.vault, ...record.left]) {
    await wipeVault(platform, vault)
    await removeDeviceShare(platform.secrets, vault)
  }
  for (const way of record.ways) await removeWay(platform, way)
  await createOffline(platform, origin).remove()
  await wraps.remove()
}

/** All of it, also where the record that names it cannot be read: then what it named stays, and nothing opens it any more. */
export async function discardAll(platform: Platform, origin: string): Promise<void> {
  await discard(platform, origin, null).catch(() => undefined)
  await createOffline(platform, origin).remove()
  await createWraps(platform.storage, origin).remove()
}
