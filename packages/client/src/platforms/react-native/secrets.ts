/**
 * Secrets nobody is asked for, in the Keychain or under a key of Android's keystore, for this phone while it is unlocked. On Android
 * the key has to be in secure hardware, or nothing is stored.
 */
import { fromBase64url, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import type { SecretStore } from '../../ports.ts'
import type { KeychainModule, KeychainOptions } from './modules.ts'

export type KeychainSecrets = SecretStore & {
  /** Rejects with `key_unavailable` unless a secret can be written and read at this moment. */
  probe(): Promise<void>
}

async function attempt<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('key_unavailable', { cause })
  }
}

const probe = { service: 'holdfast.probe', text: 'probe' }

export function keychainSecrets(keychain: KeychainModule): KeychainSecrets {
  const serviceOf = (name: string): string => `holdfast.secret.${toBase64url(utf8(name))}`
  const options = (service: string): KeychainOptions => ({
    service,
    accessible: keychain.ACCESSIBLE.WHEN_UNLOCKED_THIS_DEVICE_ONLY,
    securityLevel: keychain.SECURITY_LEVEL.SECURE_HARDWARE,
    storage: keychain.STORAGE_TYPE.AES_GCM_NO_AUTH,
  })
  async function write(service: string, text: string): Promise<void> {
    const stored = await keychain.setGenericPassword('holdfast', text, options(service))
    if (stored === false) throw new HoldfastError('key_unavailable')
  }
  return {
    hardware: true,
    get: (name: string): Promise<Uint8Array | null> =>
      attempt(async () => {
        const found = await keychain.getGenericPassword({ service: serviceOf(name) })
        return found === false ? null : fromBase64url(found.password)
      }),
    put(name: string, secret: Uint8Array): Promise<void> {
      // Before anything is waited for: the caller may overwrite its octets.
      const text = toBase64url(secret)
      return attempt(() => write(serviceOf(name), text))
    },
    delete: (name: string): Promise<void> =>
      attempt(async () => {
        if (!(await keychain.resetGenericPassword({ service: serviceOf(name) })))
          throw new HoldfastError('key_unavailable')
      }),
    probe: (): Promise<void> =>
      attempt(async () => {
        await write(probe.service, probe.text)
        const found = await keychain.getGenericPassword({ service: probe.service })
        if (found === false || found.password !== probe.text) throw new HoldfastError('key_unavailable')
      }),
  }
}
