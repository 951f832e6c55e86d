/** What goes wrong below a vault, in our words. */
import { HoldfastError } from '@holdfast/core'

/** What browsers and Node throw when there is no room. */
export function isFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if ('name' in error && error.name === 'QuotaExceededError') return true
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/** Errors of ours stay as they are; no room is `storage_full`, and everything else `vault_unavailable`: it may work the next time. */
export function vaultError(cause: unknown): HoldfastError {
  if (cause instanceof HoldfastError) return cause
  return new HoldfastError(isFull(cause) ? 'storage_full' : 'vault_unavailable', { cause })
}

export async function attempt<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    throw vaultError(error)
  }
}
