/** The vault key and the vault it opens, while they are in memory: from the first factor to the lock. */
import { HoldfastError } from '@holdfast/core'
import type { VaultOffline } from './offline-store.ts'
import type { Platform } from './ports.ts'
import { openVault, type OpenVault, type Vault, type VaultMark } from './vault.ts'
import { copyOf, zero } from './vault-key.ts'

export type Opening = {
  /** Its id. */
  readonly vault: string
  readonly vaultKey: Uint8Array
  readonly mark: VaultMark
  /** Closed with the vault. */
  readonly offline: VaultOffline | null
}

export type Safe = {
  isOpen(): boolean
  /** Throws `passcode_not_set` while there is none: a vault comes with the first passcode. */
  vault(): Vault
  /** A copy of the vault key, the caller's to zero. Throws `passcode_not_set`. */
  key(): Uint8Array
  /**
   * Opens the vault, or, when it is open, moves its mark on. Rejects with `vault_rolled_back`, `vault_damaged`, `vault_unavailable`; a
   * mark that moved without an acknowledgement does no harm.
   */
  enter(opening: Opening): Promise<void>
  /** Zeroes the key, forgets a device key that was wrapped under it, and closes the vault. */
  close(): Promise<void>
}

export function createSafe(platform: Platform): Safe {
  let content: { readonly key: Uint8Array; readonly opened: OpenVault; readonly close: () => void } | null =
    null

  function open(): NonNullable<typeof content> {
    if (content === null) throw new HoldfastError('passcode_not_set')
    return content
  }

  return {
    isOpen: () => content !== null,
    vault: () => open().opened.vault,
    key: () => copyOf(open().key),
    async enter({ vault, vaultKey, mark, offline }: Opening): Promise<void> {
      const close = (): void => offline?.close()
      if (content !== null) {
        close()
        return content.opened.advance(mark)
      }
      try {
        const opened = await openVault({ platform, id: vault, key: vaultKey, mark, offline })
        content = { key: copyOf(vaultKey), opened, close }
      } catch (error) {
        close()
        throw error
      }
    },
    async close(): Promise<void> {
      const closing = content
      content = null
      platform.keystore.wrapped?.close()
      zero(closing?.key)
      closing?.close()
      await closing?.opened.close()
    },
  }
}
