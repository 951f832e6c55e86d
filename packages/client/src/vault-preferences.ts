/** Encrypted preferences: one sealed record each. Names are in the manifest and in the record, never on the disk. */
import { type CryptoPort, fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import * as v from 'valibot'
import type { VaultKeys } from './vault-keys.ts'
import { type Manifest, newId } from './vault-manifest.ts'
import type { SealedRecords } from './vault-seal.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Rejects with `vault_damaged`, `vault_unavailable`, `storage_full`. */
export interface Preferences {
  /** Undefined when there is none. */
  get(name: string): Promise<Json | undefined>
  /** Durable when it returns. TypeError for what JSON does not hold. */
  set(name: string, value: Json): Promise<void>
  delete(name: string): Promise<void>
  list(): Promise<string[]>
}

export type PreferencesParts = {
  readonly vault: string
  readonly crypto: CryptoPort
  readonly keys: VaultKeys
  readonly manifest: Manifest
  readonly records: SealedRecords
}

const schema = v.strictObject({ name: v.string(), value: v.unknown() })

export const recordName = (vault: string, id: string): string => `vault ${vault} record ${id}`

function decode(bytes: Uint8Array, name: string): Json {
  try {
    const record = v.parse(schema, JSON.parse(fromUtf8(bytes)))
    if (record.name !== name) throw new TypeError('this is the record of another preference')
    return record.value as Json
  } catch (cause) {
    throw new HoldfastError('vault_damaged', { cause })
  }
}

export function createPreferences({ vault, crypto, keys, manifest, records }: PreferencesParts): Preferences {
  /** What is left behind when this fails goes at the next opening. */
  async function discard(id: string | undefined): Promise<void> {
    if (id !== undefined) await records.remove(recordName(vault, id)).catch(() => undefined)
  }
  return {
    async get(name: string): Promise<Json | undefined> {
      const id = manifest.content.preferences.get(name)
      keys.check()
      if (id === undefined) return undefined
      const bytes = await records.read('preferences', recordName(vault, id))
      if (bytes !== null) return decode(bytes, name)
      // Somebody here may have set it meanwhile.
      if (manifest.content.preferences.get(name) === id) throw new HoldfastError('vault_damaged')
      return this.get(name)
    },
    async set(name: string, value: Json): Promise<void> {
      const text = JSON.stringify({ name, value })
      if (!Object.hasOwn(JSON.parse(text) as object, 'value')) throw new TypeError('a preference holds JSON')
      const id = newId(crypto)
      await records.write('preferences', recordName(vault, id), utf8(text))
      const replaced = await manifest.commit(({ preferences }) => {
        const old = preferences.get(name)
        preferences.set(name, id)
        return old
      })
      await discard(replaced)
    },
    async delete(name: string): Promise<void> {
      keys.check()
      if (!manifest.content.preferences.has(name)) return
      const removed = await manifest.commit(({ preferences }) => {
        const old = preferences.get(name)
        preferences.delete(name)
        return old
      })
      await discard(removed)
    },
    async list(): Promise<string[]> {
      keys.check()
      return [...manifest.content.preferences.keys()]
    },
  }
}
