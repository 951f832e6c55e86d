/**
 * The native packages as their sources say they behave (versions in src/platforms/react-native/modules.ts): their forms, their error
 * codes, and the ways they fail. What lies in a {@link Phone} survives a restart of the app.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomFillSync, sign } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  Argon2Module,
  BiometricsModule,
  KeychainModule,
  KeyModule,
  PinningModule,
  SecureStoreModule,
} from '../../src/platforms/react-native/modules.ts'
import { nodeStretch } from '../../src/platforms/node/stretch.ts'
import type { ReactNativeModules } from '../../src/platforms/react-native/platform.ts'
import { fileSystem } from './file-system.ts'
import { opSqlite } from './op-sqlite.ts'

export type Phone = {
  readonly os: 'android' | 'ios'
  readonly keys: Map<string, KeyObject>
  readonly passwords: Map<string, { password: string; options: Record<string, unknown> }>
  readonly biometric: Map<string, { key: KeyObject; strength: string }>
  readonly guarded: Map<string, { value: string; options: Record<string, unknown> }>
  readonly directory: string
  /** The keystore cannot be used, and io-react-native-crypto says it sees no key. */
  locked: boolean
  /** Hardware without P-256: io-react-native-crypto makes RSA keys. */
  rsaOnly: boolean
  /** The next prompts are cancelled. */
  cancelled: number
  /** What the user was asked, newest last. */
  readonly prompts: string[]
  /** Pins in force, null: none; each change is one entry. */
  readonly pinning: Array<Record<string, string[]> | null>
  readonly pinListeners: Set<(error: { serverHostname: string; message?: string }) => void>
}

export function phone(os: Phone['os'] = 'android'): Phone {
  return {
    os,
    keys: new Map(),
    passwords: new Map(),
    biometric: new Map(),
    guarded: new Map(),
    directory: mkdtempSync(join(tmpdir(), 'holdfast-rn-')),
    locked: false,
    rsaOnly: false,
    cancelled: 0,
    prompts: [],
    pinning: [],
    pinListeners: new Set(),
  }
}

/** Another finger: what Android and iOS do to everything that is bound to the set there was. */
export function enrolFinger(one: Phone): void {
  for (const bound of one.biometric.values()) bound.strength = 'gone'
  one.guarded.clear()
}

const ec = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
const nativeError = (message: string, code = '-1'): Error => Object.assign(new Error(message), { code })

function keyModule(one: Phone): KeyModule {
  const see = (tag: string): KeyObject => {
    const key = one.locked ? undefined : one.keys.get(tag)
    if (key === undefined) throw nativeError('PUBLIC_KEY_NOT_FOUND')
    return key
  }
  return {
    async generate(tag) {
      if (!one.locked && one.keys.has(tag)) throw nativeError('KEY_ALREADY_EXISTS')
      one.keys.set(tag, one.rsaOnly ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : ec())
      return { kty: 'EC' }
    },
    getPublicKeyFixed: async (tag) => createPublicKey(see(tag)).export({ format: 'jwk' }),
    sign: async (message, tag) => sign('sha256', Buffer.from(message, 'utf8'), see(tag)).toString('base64'),
    async deleteKey(tag) {
      one.keys.delete(tag)
    },
  }
}

function keychainModule(one: Phone): KeychainModule {
  const awake = (): void => {
    if (one.locked) throw nativeError('User interaction is not allowed.', '-25308')
  }
  return {
    ACCESSIBLE: { WHEN_UNLOCKED_THIS_DEVICE_ONLY: 'AccessibleWhenUnlockedThisDeviceOnly' },
    SECURITY_LEVEL: { SECURE_HARDWARE: 'SECURE_HARDWARE' },
    STORAGE_TYPE: { AES_GCM_NO_AUTH: 'KeystoreAESGCM_NoAuth' },
    async setGenericPassword(_username, password, options = {}) {
      awake()
      if (password === '')
        throw nativeError('you passed empty or null username/password', 'E_EMPTY_PARAMETERS')
      one.passwords.set(options.service ?? '', { password, options })
      return { service: options.service, storage: options.storage }
    },
    async getGenericPassword({ service = '' } = {}) {
      awake()
      const found = one.passwords.get(service)
      return found === undefined ? false : { password: found.password }
    },
    async resetGenericPassword({ service = '' } = {}) {
      awake()
      one.passwords.delete(service)
      return true
    },
  }
}

/** Whether the user agrees to what stands on the prompt. */
function ask(one: Phone, title: string): boolean {
  one.prompts.push(title)
  if (one.cancelled === 0) return true
  one.cancelled--
  return false
}

function biometricsModule(one: Phone): BiometricsModule {
  return {
    BiometricStrength: { Strong: 'strong' },
    isSensorAvailable: async () => ({ available: true }),
    async createKeys(alias = '', _type, strength, allowDeviceCredentials, failIfExists) {
      if (failIfExists && one.biometric.has(alias)) throw nativeError('exists', 'KEY_ALREADY_EXISTS')
      // Without `strong` the key of iOS outlives another finger.
      if (strength !== 'strong' || allowDeviceCredentials) throw new Error('a key anybody can use')
      const key = ec()
      one.biometric.set(alias, { key, strength })
      return {
        publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64'),
      }
    },
    async signWithOptions({ keyAlias = '', data, promptTitle = '', disableDeviceFallback }) {
      const bound = one.biometric.get(keyAlias)
      if (bound === undefined) return { success: false, error: 'Key not found', errorCode: 'KEY_NOT_FOUND' }
      if (bound.strength === 'gone')
        return one.os === 'android'
          ? {
              success: false,
              error: 'Failed to verify signature: Key permanently invalidated',
              errorCode: 'SIGNATURE_CREATION_FAILED',
            }
          : { success: false, error: 'changed', errorCode: 'BIOMETRY_CURRENT_SET_CHANGED' }
      if (!disableDeviceFallback) throw new Error('the phone’s code would do')
      if (!ask(one, promptTitle)) return { success: false, error: 'no', errorCode: 'USER_CANCELED' }
      return { success: true, signature: sign('sha256', Buffer.from(data), bound.key).toString('base64') }
    },
    async deleteKeys(alias = '') {
      one.biometric.delete(alias)
      return { success: true }
    },
  }
}

function secureStoreModule(one: Phone): SecureStoreModule {
  const named = (key: string): string => {
    if (!/^[\w.-]+$/.test(key)) throw new Error('Invalid key provided to SecureStore')
    return key
  }
  return {
    WHEN_PASSCODE_SET_THIS_DEVICE_ONLY: 4,
    canUseBiometricAuthentication: () => true,
    async setItemAsync(key, value, options = {}) {
      if (one.os === 'android' && !ask(one, options.authenticationPrompt ?? ''))
        throw nativeError('User canceled the authentication', 'ERR_AUTHENTICATION')
      one.guarded.set(named(key), { value, options })
    },
    async getItemAsync(key, options = {}) {
      const found = one.guarded.get(named(key))
      if (found === undefined) return null
      if (!ask(one, options.authenticationPrompt ?? ''))
        throw nativeError('User canceled the authentication', 'ERR_AUTHENTICATION')
      return found.value
    },
    async deleteItemAsync(key) {
      one.guarded.delete(named(key))
    },
  }
}

const argon2: Argon2Module = {
  argon2(_algorithm, { message, nonce, parallelism, tagLength: length, memory: memoryKiB, passes }, done) {
    if (memoryKiB < 8 * parallelism) return done(new RangeError('Invalid Argon2 memory'), new Uint8Array(0))
    const stretched = nodeStretch(message, nonce, { memoryKiB, iterations: passes, parallelism, length })
    void settle(stretched, done)
  },
}
async function settle(
  result: Promise<Uint8Array>,
  done: (error: Error | null, result: Uint8Array) => void,
): Promise<void> {
  const [outcome] = await Promise.allSettled([result])
  if (outcome.status === 'fulfilled') done(null, outcome.value)
  else done(outcome.reason as Error, new Uint8Array(0))
}

function pinningModule(one: Phone): PinningModule {
  return {
    async initializeSslPinning(options) {
      one.pinning.push(
        Object.fromEntries(
          Object.entries(options).map(([host, { publicKeyHashes }]) => [host, publicKeyHashes]),
        ),
      )
    },
    async disableSslPinning() {
      one.pinning.push(null)
    },
    addSslPinningErrorListener(listener) {
      one.pinListeners.add(listener)
      return { remove: () => void one.pinListeners.delete(listener) }
    },
  }
}

export function modulesOf(one: Phone): ReactNativeModules {
  return {
    os: one.os,
    random: { getRandomValues: (array) => randomFillSync(array) },
    keys: keyModule(one),
    keychain: keychainModule(one),
    sqlite: opSqlite,
    fileSystem: fileSystem(one.directory),
    argon2,
    biometrics: { keys: biometricsModule(one), secrets: secureStoreModule(one) },
    pinning: pinningModule(one),
  }
}
