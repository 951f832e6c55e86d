/**
 * Another vault key, for the day the one in use may be known to somebody (docs/protocol.md 13.7). Its wraps can be renewed only with their
 * factors, so each is at the next unlock by its way; until all are, the old key leads to the new one.
 */
import { HoldfastError } from '@holdfast/core'
import { openDeviceKey, readWraps, type UnlockTools } from './unlock.ts'
import { vaultKeyBytes, zero } from './vault-key.ts'
import { rekeyVault } from './vault-rekey.ts'

/**
 * Of a vault that is closed; `old` stays the caller's. Every crash leaves a device each way unlocks, under the old key or the new. Rejects
 * with `passcode_not_set`, and `vault_unavailable` while somebody has it open, or where no SQL would tell.
 */
export async function changeVaultKey(tools: UnlockTools, old: Uint8Array): Promise<void> {
  const { service, device, wraps, offline, safe } = tools
  const { platform } = service
  const record = await readWraps(tools)
  if (record === null) throw new HoldfastError('passcode_not_set')
  if (platform.sql === null || safe.isOpen()) throw new HoldfastError('vault_unavailable')
  // First of all: while one of them is behind, nobody forgets the old key.
  await wraps.write({ ...record, ways: record.ways.map((way) => ({ ...way, behind: true })) })
  // Its key hangs from the vault key. Each way makes it anew when it unlocks.
  await offline.remove()
  const key = platform.crypto.random(vaultKeyBytes)
  try {
    await rekeyVault(platform, record.vault, old, key)
    await openDeviceKey(platform, device.key.label, { key, before: [old] })
  } finally {
    zero(key)
    platform.keystore.wrapped?.close()
  }
}
