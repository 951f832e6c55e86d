/**
 * Finger or face: a P-256 key by react-native-biometrics and a secret by expo-secure-store, each asked for by a prompt of its own. Both
 * are bound to the fingers and faces enrolled now, on both systems. The secret is not in react-native-keychain, whose key of version
 * 10.0.0 on Android opens to the phone's own code as well, and for five seconds after any unlock, and survives a new finger.
 */
import { type CryptoPort, fromBase64, fromBase64url, HoldfastError, type PublicJwk } from '@holdfast/core'
import { thumbprint, toBase64url, utf8 } from '@holdfast/core'
import type { PresencePort, PresenceProved } from '../../ports.ts'
import { asciiText, publicJwk, rawSignature } from './der.ts'
import type { BiometricsModule, SecureStoreModule, SecureStoreOptions } from './modules.ts'

/** What stands on the system's prompt. */
export type PromptTexts = { readonly title: string; readonly cancel: string }

export type PresenceOptions = {
  readonly biometrics: BiometricsModule
  readonly secureStore: SecureStoreModule
  readonly crypto: CryptoPort
  readonly prompt: PromptTexts
}

/**
 * What is certain: no such key (both systems), another set of fingers or faces (iOS; Android says so in the words of
 * KeyPermanentlyInvalidatedException). Read in the source of version 0.15.1.
 */
function isGone({ error = '', errorCode = '' }: { error?: string; errorCode?: string }): boolean {
  if (errorCode === 'KEY_NOT_FOUND' || errorCode === 'BIOMETRY_CURRENT_SET_CHANGED') return true
  return errorCode === 'SIGNATURE_CREATION_FAILED' && /permanently invalidated/i.test(error)
}

async function attempt<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('presence_failed', { cause })
  }
}

export function biometricPresence({
  biometrics,
  secureStore,
  crypto,
  prompt,
}: PresenceOptions): PresencePort {
  const strong = biometrics.BiometricStrength.Strong
  const nameOf = (label: string): string => `holdfast.presence.${toBase64url(utf8(label))}`
  /** A service of its own for each: where one key of the keystore dies, it takes no others with it. */
  const options = (name: string): SecureStoreOptions => ({
    keychainService: name,
    requireAuthentication: true,
    authenticationPrompt: prompt.title,
    keychainAccessible: secureStore.WHEN_PASSCODE_SET_THIS_DEVICE_ONLY,
  })

  async function available(): Promise<boolean> {
    try {
      const { available: sensor } = await biometrics.isSensorAvailable({ biometricStrength: strong })
      return sensor && secureStore.canUseBiometricAuthentication()
    } catch {
      return false
    }
  }

  async function sign(name: string, text: string): Promise<Uint8Array> {
    const data = asciiText(utf8(text))
    const result = await biometrics.signWithOptions({
      keyAlias: name,
      data,
      promptTitle: prompt.title,
      cancelButtonText: prompt.cancel,
      biometricStrength: strong,
      disableDeviceFallback: true,
    })
    if (result.success && result.signature !== undefined) return rawSignature(fromBase64(result.signature))
    throw new HoldfastError(isGone(result) ? 'presence_unknown' : 'presence_failed')
  }

  async function readSecret(name: string): Promise<Uint8Array> {
    const text = await secureStore.getItemAsync(name, options(name))
    if (text === null) throw new HoldfastError('presence_unknown')
    const secret = fromBase64url(text)
    if (secret.length !== 32) throw new HoldfastError('presence_failed')
    return secret
  }

  async function make(name: string): Promise<{ key: PublicJwk; secret: Uint8Array }> {
    const { publicKey } = await biometrics.createKeys(name, 'ec256', strong, false, true)
    const key = publicJwk(fromBase64(publicKey))
    await crypto.importPublicKey(key)
    const secret = crypto.random(32)
    await secureStore.setItemAsync(name, toBase64url(secret), options(name))
    return { key, secret }
  }

  async function remove(name: string): Promise<void> {
    await biometrics.deleteKeys(name)
    await secureStore.deleteItemAsync(name, options(name))
  }

  return {
    kind: 'key',
    available,
    create: (label, { text }) =>
      attempt(async (): Promise<PresenceProved & { publicJwk: PublicJwk }> => {
        if (!(await available())) throw new HoldfastError('presence_unsupported')
        const name = nameOf(label)
        // What a cancelled attempt left would be in the way: a label that is proved with is not made again.
        await remove(name)
        try {
          const { key, secret } = await make(name)
          const proof = await sign(name, text(await thumbprint(key, crypto)))
          return { secret, proof, publicJwk: key }
        } catch (error) {
          await remove(name).catch(() => undefined)
          throw error
        }
      }),
    prove: (label, { text }) =>
      attempt(async (): Promise<PresenceProved> => {
        const name = nameOf(label)
        const proof = await sign(name, text)
        return { secret: await readSecret(name), proof }
      }),
    secret: (label) => attempt(() => readSecret(nameOf(label))),
    remove: (label) => attempt(() => remove(nameOf(label))),
  }
}
