/** Secrets in memory, as behind a phone's keystore, and the ways that fails. */
import type { SecretStore } from '../../ports.ts'

export type VirtualSecrets = SecretStore & {
  /** The next `times` uses fail, as on a locked phone. */
  unavailable(times: number): void
  /** Nothing is in it any more, as after a restored backup. */
  clear(): void
  /** The same secrets in another phone: what hardware would not allow. */
  copyTo(other: VirtualSecrets): void
}

export function virtualSecrets(hardware = true): VirtualSecrets {
  const secrets = new Map<string, Uint8Array>()
  let failures = 0
  function use(): void {
    if (failures === 0) return
    failures--
    throw new Error('the secrets cannot be read')
  }
  return {
    hardware,
    async get(name: string): Promise<Uint8Array | null> {
      use()
      const secret = secrets.get(name)
      return secret === undefined ? null : new Uint8Array(secret)
    },
    async put(name: string, secret: Uint8Array): Promise<void> {
      use()
      secrets.set(name, new Uint8Array(secret))
    },
    async delete(name: string): Promise<void> {
      use()
      secrets.delete(name)
    },
    unavailable(times: number): void {
      failures = times
    },
    clear: (): void => secrets.clear(),
    copyTo(other: VirtualSecrets): void {
      for (const [name, secret] of secrets) void other.put(name, secret)
    },
  }
}
