/**
 * Another vault key for the same vault. Crash-safe: first the new key is left for whoever has the old one (`forward`), then everything
 * is brought under it, last of all the manifest; an opening in between goes on where it stopped. The wraps are the caller's to renew, and
 * until they are the old key still leads here.
 */
import { type CryptoPort, HoldfastError } from '@holdfast/core'
import type { Platform, SqlDatabase } from './ports.ts'
import { attempt } from './vault-error.ts'
import { createVaultKeys, type VaultKeys } from './vault-keys.ts'
import { type ManifestContent, newId, readManifest, writeManifest } from './vault-manifest.ts'
import { recordName } from './vault-preferences.ts'
import { type SealedRecords, sealedRecords } from './vault-seal.ts'

/** One for each key that was changed before a wrap of it was renewed; which one a key has is known by its opening. */
const forwardName = (vault: string, id: string): string => `vault ${vault} forward ${id}`

export type KeyInForce = {
  readonly key: Uint8Array
  /** Null when there is no manifest. */
  readonly content: ManifestContent | null
  /** The keys that led here, newest first. */
  readonly before: readonly Uint8Array[]
}

type Side = { readonly keys: VaultKeys; readonly records: SealedRecords }

async function sideOf({ storage, crypto }: Platform, key: Uint8Array): Promise<Side> {
  const keys = await createVaultKeys(key, crypto)
  return { keys, records: sealedRecords(storage, keys, crypto) }
}

/** Null for what was damaged or sealed under another key. */
async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'vault_damaged') return null
    throw error
  }
}

/** The key that took the place of this one; null when none did. */
async function nextKey(
  { storage }: Platform,
  vault: string,
  records: SealedRecords,
): Promise<Uint8Array | null> {
  for (const name of await attempt(() => storage.list(forwardName(vault, '')))) {
    const next = await orNull(records.read('manifest', name))
    if (next !== null) return next
  }
  return null
}

/** Follows `forward`, and goes on with what was interrupted. Rejects with `vault_damaged` when neither key is this vault's. */
export async function keyInForce(platform: Platform, vault: string, key: Uint8Array): Promise<KeyInForce> {
  const { keys, records } = await sideOf(platform, key)
  try {
    const next = await nextKey(platform, vault, records)
    if (next === null) return { key, content: await readManifest(records, vault), before: [] }
    const own = await orNull(readManifest(records, vault))
    if (own !== null) await move(platform, vault, key, next)
    const found = await keyInForce(platform, vault, next)
    return { ...found, before: [...found.before, key] }
  } finally {
    keys.close()
  }
}

/**
 * The old key is tried first: what an interrupted rekey left in the journal is under it, and playing that back under another would spoil
 * both. Without a journal the database is under one of the two as a whole.
 */
async function openUnderNext(
  { sql }: Platform,
  vault: string,
  from: VaultKeys,
  to: VaultKeys,
): Promise<SqlDatabase | null> {
  if (sql === null || !(await sql.exists(vault))) return null
  const database = await orNull(sql.open(vault, from.get('sql')))
  if (database === null) return sql.open(vault, to.get('sql'))
  try {
    await database.rekey(to.get('sql'))
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** A record's content under the new key and a new name; the old name for one that does not open: it will not do so later either. */
async function moveRecord(
  vault: string,
  id: string,
  key: 'preferences' | 'files',
  { from, to, crypto }: { from: Side; to: Side; crypto: CryptoPort },
): Promise<string> {
  const content = await orNull(from.records.read(key, recordName(vault, id)))
  if (content === null) return id
  const moved = newId(crypto)
  await to.records.write(key, recordName(vault, moved), content)
  return moved
}

async function move(platform: Platform, vault: string, key: Uint8Array, next: Uint8Array): Promise<void> {
  const sides = {
    from: await sideOf(platform, key),
    to: await sideOf(platform, next),
    crypto: platform.crypto,
  }
  const { from, to } = sides
  // Held open to the end: nobody else writes meanwhile.
  const database = await openUnderNext(platform, vault, from.keys, to.keys)
  try {
    const content = await readManifest(from.records, vault)
    if (content === null) throw new HoldfastError('storage_evicted')
    const { identity } = content
    const preferences = new Map<string, string>()
    for (const [name, id] of content.preferences)
      preferences.set(name, await moveRecord(vault, id, 'preferences', sides))
    await writeManifest(to.records, vault, {
      ...content,
      identity: identity === null ? null : await moveRecord(vault, identity, 'files', sides),
      preferences,
      cache: [],
    })
  } finally {
    await database?.close()
    from.keys.close()
    to.keys.close()
  }
}

/**
 * Brings a vault that is not open under `next` (32 random octets). Rejects with `vault_unavailable` while it is open. The caller then
 * wraps `next`, for each way in, and says so with {@link forgetOldKey}; until then {@link keyInForce} finds it from the old key.
 */
export async function rekeyVault(
  platform: Platform,
  vault: string,
  key: Uint8Array,
  next: Uint8Array,
): Promise<void> {
  if (next.length !== 32) throw new TypeError('a vault key has 32 bytes')
  const { key: current } = await keyInForce(platform, vault, key)
  const { keys, records } = await sideOf(platform, current)
  try {
    await records.write('manifest', forwardName(vault, newId(platform.crypto)), next)
  } finally {
    keys.close()
  }
  await move(platform, vault, current, next)
}

/** Old vault keys lead nowhere any more. */
export async function forgetOldKey({ storage }: Platform, vault: string): Promise<void> {
  await attempt(async () => {
    for (const name of await storage.list(forwardName(vault, ''))) await storage.delete(name)
  })
}
