/** React Native as a device: the native packages an app hands in, behind the ports of the client (docs/react-native.md). */
import { HoldfastError } from '@holdfast/core'
import { nobleCrypto } from '@holdfast/core/noble-crypto'
import type { Clock, Platform, Stretch } from '../../ports.ts'
import { createTurns } from '../../turns.ts'
import { expoFiles } from './files.ts'
import { folder } from './folder.ts'
import { hardwareKeystore } from './keystore.ts'
import type {
  Argon2Module,
  BiometricsModule,
  FileSystemModule,
  KeychainModule,
  KeyModule,
  PinningModule,
  RandomModule,
  SecureStoreModule,
  SqliteModule,
} from './modules.ts'
import { xhrNetwork } from './network.ts'
import { pinKeeper } from './pins.ts'
import { biometricPresence, type PromptTexts } from './presence.ts'
import { sqliteRecords } from './records.ts'
import { streamedResponse } from './response.ts'
import { requireRuntime } from './runtime.ts'
import { keychainSecrets } from './secrets.ts'
import { sqlcipher } from './sql.ts'

/** The module objects: `import * as keys from '@pagopa/io-react-native-crypto'` and so on. Null is a choice, and its effect is said. */
export type ReactNativeModules = {
  /** `Platform.OS` of React Native. */
  readonly os: 'android' | 'ios'
  readonly random: RandomModule
  readonly keys: KeyModule
  readonly keychain: KeychainModule
  readonly sqlite: SqliteModule
  readonly fileSystem: FileSystemModule
  /** Null: no passcode. */
  readonly argon2: Argon2Module | null
  /** Null: no finger and no face. */
  readonly biometrics: { readonly keys: BiometricsModule; readonly secrets: SecureStoreModule } | null
  /** Null: pins are not enforced. On iOS they are not in any case. */
  readonly pinning: PinningModule | null
  readonly prompt?: PromptTexts
}

const clock: Clock = {
  now: (): number => Date.now(),
  monotonic: (): number => performance.now(),
  sleep: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
  alarm(ms: number, ring: () => void): () => void {
    const timer = setTimeout(ring, ms)
    return () => clearTimeout(timer)
  },
}

/** Of this app: nobody else has its storage. */
const exclusive = createTurns()

function stretchWith(module: Argon2Module): Stretch {
  return (password, salt, { memoryKiB, iterations, parallelism, length }) => {
    const cost = { memory: memoryKiB, passes: iterations, parallelism, tagLength: length }
    return new Promise((resolve, reject) => {
      // What it failed of may quote what it was given, so it is not passed on.
      const fail = (): void => reject(new HoldfastError('passcode_unsupported'))
      try {
        module.argon2('argon2id', { message: password, nonce: salt, ...cost }, (error, result) => {
          if (error !== null || result.length !== length) return fail()
          resolve(new Uint8Array(result))
          result.fill(0)
        })
      } catch {
        fail()
      }
    })
  }
}

/** Throws TypeError where the JavaScript runtime lacks what the client needs. */
export function reactNativePlatform(modules: ReactNativeModules): Platform {
  requireRuntime()
  const { os, random, keys, keychain, sqlite, fileSystem, argon2, biometrics, pinning } = modules
  const { prompt = { title: 'Confirm that it is you', cancel: 'Cancel' } } = modules
  const crypto = nobleCrypto({
    random(length) {
      const octets = new Uint8Array(length)
      random.getRandomValues(octets)
      return octets
    },
  })
  const secrets = keychainSecrets(keychain)
  const keeper = pinning !== null && os === 'android' ? pinKeeper(pinning) : null
  return {
    name: os,
    crypto,
    keystore: hardwareKeystore({ keys, crypto, secrets }),
    secrets,
    storage: sqliteRecords(sqlite, folder(fileSystem, 'records')),
    sql: sqlcipher(sqlite, folder(fileSystem, 'databases')),
    files: expoFiles(folder(fileSystem, 'files')),
    stretch: argon2 === null ? null : stretchWith(argon2),
    presence:
      biometrics === null
        ? null
        : biometricPresence({
            biometrics: biometrics.keys,
            secureStore: biometrics.secrets,
            crypto,
            prompt,
          }),
    network: xhrNetwork(XMLHttpRequest, keeper),
    clock,
    exclusive,
    response: streamedResponse,
    tls: { pins: keeper !== null, identity: false },
  }
}
