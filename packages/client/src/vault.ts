/**
 * The vault: database, preferences, files and cache of this device under one key. Nothing leaves it but by the calls
 * of these four. It is open once at a time, for all processes and windows, where there is SQL: the database is also the lock.
 */
import { type CryptoPort, HoldfastError } from '@holdfast/core'
import type { OfflineStore } from './offline-store.ts'
import type { Clock, FileStore, Platform } from './ports.ts'
import { createCache, type VaultCache } from './vault-cache.ts'
import type { Respond } from './vault-answer.ts'
import { attempt } from './vault-error.ts'
import { createFiles, fileName, type VaultFiles } from './vault-files.ts'
import { createVaultKeys, type VaultKeys } from './vault-keys.ts'
import {
  createManifest,
  emptyManifest,
  type Manifest,
  type ManifestContent,
  manifestName,
  readManifest,
  writeManifest,
} from './vault-manifest.ts'
import { createPreferences, type Preferences, recordName } from './vault-preferences.ts'
import { keyInForce } from './vault-rekey.ts'
import { type SealedRecords, sealedRecords } from './vault-seal.ts'
import { type OpenSql, openSql, type VaultSql } from './vault-sql.ts'

/** Everything rejects with `locked` once it is closed. */
export type Vault = {
  /** Rejects with `vault_unavailable` where the platform has no SQL. */
  readonly sql: VaultSql
  readonly preferences: Preferences
  readonly files: VaultFiles
  readonly cache: VaultCache
  /** Null where nothing may be read without the service. */
  readonly offline: OfflineStore | null
}

/** The service's high-water mark as last acknowledged, and the one that comes next. */
export type VaultMark = { readonly known: number; readonly next: number }

export type VaultOptions = {
  readonly platform: Platform
  /** b64u characters. */
  readonly id: string
  /** The vault key, 32 octets; not kept. */
  readonly key: Uint8Array
  readonly mark: VaultMark
  readonly offline?: OfflineStore | null
}

export type OpenVault = {
  readonly vault: Vault
  /** The vault key from now on, when it is not the one given: it was changed and the wraps are behind (vault-rekey.ts). */
  readonly newKey: Uint8Array | null
  /** At a later release: rejects with `vault_rolled_back` as opening does. */
  readonly advance: (mark: VaultMark) => Promise<void>
  /** Zeroes the keys; files being read break off. */
  readonly close: () => Promise<void>
}

function checkId(id: string): void {
  // It stands in names between a space and a space, and is the beginning of file names.
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new TypeError('the id of a vault is b64u')
}

/** The vault of a service that knows no mark yet may be made; any other was here, and is gone. */
async function createContent(
  platform: Platform,
  id: string,
  keys: VaultKeys,
  mark: VaultMark,
): Promise<void> {
  if (mark.known > 0 || (await platform.sql?.exists(id)) === true) throw new HoldfastError('storage_evicted')
  await writeManifest(sealedRecords(platform.storage, keys, platform.crypto), id, emptyManifest())
}

function unavailable(): never {
  throw new HoldfastError('vault_unavailable')
}
const noSql: OpenSql = {
  sql: { exec: async () => unavailable(), batch: async () => unavailable() },
  close: async () => undefined,
}

async function advance(manifest: Manifest, { known, next }: VaultMark): Promise<void> {
  if (manifest.content.mark < known) throw new HoldfastError('vault_rolled_back')
  if (manifest.content.mark >= next) return
  await manifest.commit((content) => {
    content.mark = Math.max(content.mark, next)
  })
}

type Parts = {
  readonly respond: Respond
  readonly vault: string
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly files: FileStore
  readonly keys: VaultKeys
  readonly manifest: Manifest
  readonly records: SealedRecords
}

const standardResponse: Respond = (body, init) => new Response(body, init)

async function partsOf(platform: Platform, vault: string, keys: VaultKeys): Promise<Parts> {
  const { storage, crypto, clock, files, response: respond = standardResponse } = platform
  const records = sealedRecords(storage, keys, crypto)
  const content = await readManifest(records, vault)
  if (content === null) throw new HoldfastError('storage_evicted')
  const manifest = createManifest(content, (next) => writeManifest(records, vault, next))
  return { vault, crypto, clock, respond, files, keys, manifest, records }
}

/** Removes what a crash, or a deletion that failed, left behind. */
async function sweep({ storage, files }: Platform, vault: string, content: ManifestContent): Promise<void> {
  const { preferences, identity } = content
  const records = new Set([...preferences.values(), identity ?? ''].map((id) => recordName(vault, id)))
  for (const name of await storage.list(recordName(vault, '')))
    if (!records.has(name)) await storage.delete(name)
  const stored = new Set([...content.files.values(), ...content.cache].map(({ id }) => fileName(vault, id)))
  for (const name of await files.list())
    if (name.startsWith(fileName(vault, '')) && !stored.has(name)) await files.delete(name)
}

/** The database before the manifest is read: whoever had it has written his last. */
async function openParts(
  platform: Platform,
  id: string,
  keys: VaultKeys,
  mark: VaultMark,
): Promise<OpenParts> {
  const database = (await platform.sql?.open(id, keys.get('sql'))) ?? null
  try {
    const parts = await partsOf(platform, id, keys)
    if (parts.manifest.content.mark < mark.known) throw new HoldfastError('vault_rolled_back')
    const opened = database === null ? noSql : await openSql(database, parts.manifest, () => keys.check())
    await advance(parts.manifest, mark)
    await sweep(platform, id, parts.manifest.content).catch(() => undefined)
    return { ...parts, opened }
  } catch (error) {
    await database?.close()
    throw error
  }
}
type OpenParts = Parts & { readonly opened: OpenSql }

/**
 * Makes the vault when the service knows no mark of it yet. Rejects with `vault_rolled_back` for anything older than the service or the
 * manifest knows, `vault_damaged`, `storage_evicted` when it is gone, `vault_unavailable` when another window or process has it.
 */
export async function openVault(options: VaultOptions): Promise<OpenVault> {
  const { platform, id, mark, offline = null } = options
  checkId(id)
  const { key, content } = await keyInForce(platform, id, options.key)
  const keys = await createVaultKeys(key, platform.crypto)
  try {
    if (content === null) await createContent(platform, id, keys, mark)
    else if (content.sql > 0 && (await platform.sql?.exists(id)) === false)
      throw new HoldfastError('storage_evicted')
    const parts = await openParts(platform, id, keys, mark)
    const { opened, manifest } = parts
    return {
      vault: {
        sql: opened.sql,
        preferences: createPreferences(parts),
        files: createFiles(parts),
        cache: createCache(parts),
        offline,
      },
      newKey: key === options.key ? null : key,
      advance: (next) => advance(manifest, next),
      async close(): Promise<void> {
        keys.close()
        await opened.close()
      },
    }
  } catch (error) {
    keys.close()
    throw error
  }
}

/** Removes every record, file and database of this vault, without a key; the manifest first, so nothing opens half of it. */
export async function wipeVault({ storage, files, sql }: Platform, id: string): Promise<void> {
  checkId(id)
  await attempt(async () => {
    await storage.delete(manifestName(id))
    for (const name of await storage.list(`vault ${id} `)) await storage.delete(name)
    for (const name of await files.list()) if (name.startsWith(fileName(id, ''))) await files.delete(name)
    await sql?.remove(id)
  })
}
