/** The age identity of this device (X25519): whoever has its recipient can encrypt to it, and only the vault can open that. */
import { type CryptoPort, fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import type { VaultKeys } from './vault-keys.ts'
import { type Manifest, newId } from './vault-manifest.ts'
import { recordName } from './vault-preferences.ts'
import type { SealedRecords } from './vault-seal.ts'

/** Larger than all the rest of the vault, and not every app has files: it comes when it is needed. */
export const age = (): Promise<typeof import('age-encryption')> => import('age-encryption')

export type IdentityParts = {
  readonly vault: string
  readonly crypto: CryptoPort
  readonly keys: VaultKeys
  readonly manifest: Manifest
  readonly records: SealedRecords
}

/** Made when it is first needed; from the record for each use, so that it is in memory no longer than that. */
export function createIdentity(parts: IdentityParts): () => Promise<string> {
  const { vault, crypto, keys, manifest, records } = parts
  let making: Promise<string> | null = null

  async function make(): Promise<string> {
    const identity = await (await age()).generateX25519Identity()
    const id = newId(crypto)
    await records.write('files', recordName(vault, id), utf8(identity))
    await manifest.commit((content) => {
      content.identity = id
    })
    return identity
  }
  return async (): Promise<string> => {
    keys.check()
    const id = manifest.content.identity
    if (id === null) {
      making ??= make().finally(() => {
        making = null
      })
      return making
    }
    const bytes = await records.read('files', recordName(vault, id))
    if (bytes === null) throw new HoldfastError('vault_damaged')
    return fromUtf8(bytes)
  }
}
