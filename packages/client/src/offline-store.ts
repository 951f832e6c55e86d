/** What may be read without the service: small texts under the offline key, names and values alike unreadable on the disk. */
import { type CryptoPort, fromBase64url, fromUtf8, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import type { Platform } from './ports.ts'
import { attemptStorage } from './record.ts'
import { derivedKey, zero } from './vault-key.ts'
import { openBytes, sealBytes } from './vault-seal.ts'

/** Small named texts, as they were when last stored. Null when there is none. */
export type OfflineReader = {
  /** Rejects with `vault_damaged`, `state_unavailable`, `locked`. */
  get(name: string): Promise<string | null>
}
export type OfflineStore = OfflineReader & {
  put(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
  /** When it opens no more without an unlock, by the phone's clock; milliseconds since 1970. Null: not yet known. */
  until(): Promise<number | null>
}

/** As the vault has it, which closes it. */
export type VaultOffline = OfflineStore & Pick<OfflineContent, 'close'>

export type OfflineContent = Omit<OfflineStore, 'until'> & {
  /** A text about the store itself, under a key of its own. Null when there is none; rejects as `get` does. */
  note(): Promise<string | null>
  saveNote(text: string): Promise<void>
  /** Zeroes the keys: from now on everything rejects with `locked`. */
  close(): void
}

const prefixOf = (origin: string): string => `offline-content ${origin} `
const noteName = (origin: string): string => `offline-note ${origin}`

async function keysOf(offlineKey: Uint8Array, crypto: CryptoPort) {
  return {
    names: await derivedKey(offlineKey, 'offlineNames', crypto),
    content: await derivedKey(offlineKey, 'offlineContent', crypto),
    note: await derivedKey(offlineKey, 'offlineNote', crypto),
  }
}

export async function openContent(
  offlineKey: Uint8Array,
  { crypto, storage }: Platform,
  origin: string,
): Promise<OfflineContent> {
  let keys: Awaited<ReturnType<typeof keysOf>> | null = await keysOf(offlineKey, crypto)

  function key(name: keyof NonNullable<typeof keys>): Uint8Array {
    if (keys === null) throw new HoldfastError('locked')
    return keys[name]
  }
  const recordOf = async (name: string): Promise<string> =>
    prefixOf(origin) + toBase64url(await crypto.hmacSha256(key('names'), utf8(name)))

  async function read(record: string, sealing: () => Uint8Array): Promise<string | null> {
    const sealed = await attemptStorage(async () => {
      const text = await storage.get(record)
      return text === null ? null : fromBase64url(text)
    })
    if (sealed === null) return null
    const bytes = await openBytes(sealing(), record, sealed, crypto)
    if (bytes === null) throw new HoldfastError('vault_damaged')
    return fromUtf8(bytes)
  }
  async function write(record: string, sealing: Uint8Array, text: string): Promise<void> {
    const sealed = await sealBytes(sealing, record, utf8(text), crypto)
    await attemptStorage(() => storage.put(record, toBase64url(sealed)))
  }

  return {
    get: async (name) => read(await recordOf(name), () => key('content')),
    put: async (name, value) => write(await recordOf(name), key('content'), value),
    async delete(name): Promise<void> {
      const record = await recordOf(name)
      await attemptStorage(() => storage.delete(record))
    },
    note: () => read(noteName(origin), () => key('note')),
    saveNote: (text) => write(noteName(origin), key('note'), text),
    close(): void {
      if (keys !== null) zero(keys.names, keys.content, keys.note)
      keys = null
    },
  }
}

/** Removes all of it, without a key. */
export async function removeContent({ storage }: Platform, origin: string): Promise<void> {
  const names = await attemptStorage(() => storage.list(prefixOf(origin)))
  for (const name of [noteName(origin), ...names]) await attemptStorage(() => storage.delete(name))
}
