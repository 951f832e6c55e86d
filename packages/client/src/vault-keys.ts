/** The keys of an open vault, each for one thing. The vault key itself opens nothing. */
import { type CryptoPort, HoldfastError } from '@holdfast/core'
import { derivedKey, zero } from './vault-key.ts'

const names = ['manifest', 'sql', 'preferences', 'files', 'cache'] as const
export type VaultKeyName = (typeof names)[number]

export type VaultKeys = {
  /** Throws `locked` once the vault is closed. */
  get(name: VaultKeyName): Uint8Array
  /** Throws `locked` likewise, for what needs no key. */
  check(): void
  close(): void
}

export async function createVaultKeys(vaultKey: Uint8Array, crypto: CryptoPort): Promise<VaultKeys> {
  const entries = await Promise.all(
    names.map(async (name) => [name, await derivedKey(vaultKey, name, crypto)] as const),
  )
  const keys = new Map(entries)
  function get(name: VaultKeyName): Uint8Array {
    const key = keys.get(name)
    if (key === undefined) throw new HoldfastError('locked')
    return key
  }
  return {
    get,
    check: () => void get('manifest'),
    close(): void {
      zero(...keys.values())
      keys.clear()
    },
  }
}
