/** Sealed records of a vault: AES-256-GCM, nonce ‖ ciphertext, with the name they lie under as additional data. */
import { type CryptoPort, concat, fromBase64url, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import type { RecordStore } from './ports.ts'
import { attempt } from './vault-error.ts'
import type { VaultKeyName, VaultKeys } from './vault-keys.ts'

const nonceBytes = 12
const tagBytes = 16

/** `name`: whatever is sealed under another name does not open under this one. */
export async function sealBytes(
  key: Uint8Array,
  name: string,
  plaintext: Uint8Array,
  crypto: CryptoPort,
): Promise<Uint8Array> {
  const nonce = crypto.random(nonceBytes)
  return concat(nonce, await crypto.seal(key, nonce, utf8(name), plaintext))
}

/** Null when it does not open. */
export async function openBytes(
  key: Uint8Array,
  name: string,
  sealed: Uint8Array,
  crypto: CryptoPort,
): Promise<Uint8Array | null> {
  if (sealed.length < nonceBytes + tagBytes) return null
  return crypto.open(key, sealed.subarray(0, nonceBytes), utf8(name), sealed.subarray(nonceBytes))
}

/** Records under the keys of one vault; a closed one's reject with `locked`. */
export type SealedRecords = {
  /** Null only when there certainly is none. Rejects with `vault_damaged` for what was not sealed under this name and key. */
  read(key: VaultKeyName, name: string): Promise<Uint8Array | null>
  /** Atomic. Rejects with `storage_full`, `vault_unavailable`. */
  write(key: VaultKeyName, name: string, plaintext: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64url(text)
  } catch (cause) {
    throw new HoldfastError('vault_damaged', { cause })
  }
}

export function sealedRecords(storage: RecordStore, keys: VaultKeys, crypto: CryptoPort): SealedRecords {
  return {
    async read(key: VaultKeyName, name: string): Promise<Uint8Array | null> {
      const record = await attempt(() => storage.get(name))
      if (record === null) return null
      // Taken only now: while the record was read the vault may have been closed, and its keys overwritten.
      const plaintext = await openBytes(keys.get(key), name, bytesOf(record), crypto)
      if (plaintext === null) throw new HoldfastError('vault_damaged')
      return plaintext
    },
    async write(key: VaultKeyName, name: string, plaintext: Uint8Array): Promise<void> {
      const sealed = await sealBytes(keys.get(key), name, plaintext, crypto)
      await attempt(() => storage.put(name, toBase64url(sealed)))
    },
    remove: (name: string): Promise<void> => attempt(() => storage.delete(name)),
  }
}
