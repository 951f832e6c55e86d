/**
 * What this platform uses of the native packages. An app hands the packages' module objects in, so nothing here imports one of them;
 * `tools/react-native.mjs` holds these shapes against the packages' own types (enumerations of theirs are plain strings here, so options
 * are optional). Versions are those whose source was read.
 */

/** `@pagopa/io-react-native-crypto` 1.2.5: P-256 in the Secure Enclave, StrongBox or TEE, used without asking the user. */
export interface KeyModule {
  generate(keyTag: string): Promise<unknown>
  /** A JWK (RFC 7517) as this project takes it; `getPublicKey` of the same package writes plain base64. */
  getPublicKeyFixed(keyTag: string): Promise<unknown>
  /** Signs the text's UTF-8; DER in base64. */
  sign(message: string, keyTag: string): Promise<string>
  deleteKey(keyTag: string): Promise<unknown>
}

/** `react-native-keychain` 10.0.0: secrets nobody is asked for. */
export interface KeychainModule {
  setGenericPassword(username: string, password: string, options?: KeychainOptions): Promise<unknown>
  getGenericPassword(options?: { service?: string }): Promise<false | { password: string }>
  resetGenericPassword(options?: { service?: string }): Promise<boolean>
  readonly ACCESSIBLE: { readonly WHEN_UNLOCKED_THIS_DEVICE_ONLY: string }
  readonly SECURITY_LEVEL: { readonly SECURE_HARDWARE: unknown }
  readonly STORAGE_TYPE: { readonly AES_GCM_NO_AUTH: string }
}
export type KeychainOptions = {
  service?: string
  accessible?: string
  securityLevel?: unknown
  storage?: string
}

/** `@sbaiahmed1/react-native-biometrics` 0.15.1: a key that takes finger or face each time. */
export interface BiometricsModule {
  isSensorAvailable(options?: { biometricStrength?: string }): Promise<{ available: boolean }>
  /** SubjectPublicKeyInfo in base64. */
  createKeys(
    keyAlias?: string,
    keyType?: 'ec256',
    biometricStrength?: string,
    allowDeviceCredentials?: boolean,
    failIfExists?: boolean,
  ): Promise<{ publicKey: string }>
  signWithOptions(options: {
    keyAlias?: string
    data: string
    promptTitle?: string
    cancelButtonText?: string
    biometricStrength?: string
    disableDeviceFallback?: boolean
  }): Promise<{ success: boolean; signature?: string; error?: string; errorCode?: string }>
  deleteKeys(keyAlias?: string): Promise<unknown>
  readonly BiometricStrength: { readonly Strong: string }
}

/** `expo-secure-store` 57.0: a secret that takes finger or face each time, and dies when another one is enrolled. */
export interface SecureStoreModule {
  setItemAsync(key: string, value: string, options?: SecureStoreOptions): Promise<void>
  /** Null when there is none, and when another finger or face made it unreadable for good. */
  getItemAsync(key: string, options?: SecureStoreOptions): Promise<string | null>
  deleteItemAsync(key: string, options?: SecureStoreOptions): Promise<void>
  canUseBiometricAuthentication(): boolean
  readonly WHEN_PASSCODE_SET_THIS_DEVICE_ONLY: number
}
export type SecureStoreOptions = {
  keychainService?: string
  requireAuthentication?: boolean
  authenticationPrompt?: string
  keychainAccessible?: number
}

/** `@op-engineering/op-sqlite` 18.2.5, whose build says by `isSQLCipher` whether it can encrypt. */
export interface SqliteModule {
  open(options: { name: string; location: string; encryptionKey?: string }): SqliteHandle
  isSQLCipher(): boolean
}
export interface SqliteHandle {
  execute(sql: string, parameters?: SqliteValue[]): Promise<{ rows: Array<Record<string, SqliteResult>> }>
  closeAsync(): Promise<void>
}
export type SqliteValue = string | number | null | ArrayBuffer
export type SqliteResult = string | number | boolean | null | ArrayBuffer | ArrayBufferView

/** `expo-file-system` 57.0. */
export interface FileSystemModule {
  readonly File: new (...uris: string[]) => FileObject
  readonly Directory: new (...uris: string[]) => DirectoryObject
  /** The app's own folder. */
  readonly Paths: { readonly document: { readonly uri: string } }
}
export interface FileObject {
  readonly exists: boolean
  readonly name: string
  create(options: { overwrite: boolean }): void
  open(): FileHandleObject
  /** To a name that is free. */
  rename(name: string): void
  delete(): void
}
export interface FileHandleObject {
  readBytes(length: number): Uint8Array
  writeBytes(bytes: Uint8Array): void
  close(): void
}
export interface DirectoryObject {
  readonly exists: boolean
  readonly uri: string
  create(options: { intermediates: boolean; idempotent: boolean }): void
  list(): Array<{ readonly name: string }>
}

/** `react-native-quick-crypto` 1.1.7: Argon2id of OpenSSL on a thread of its own. */
export interface Argon2Module {
  argon2(
    algorithm: 'argon2id',
    parameters: {
      message: Uint8Array
      nonce: Uint8Array
      parallelism: number
      tagLength: number
      memory: number
      passes: number
    },
    done: (error: Error | null, result: Uint8Array) => void,
  ): void
}

/** `react-native-ssl-public-key-pinning` 1.2.6. */
export interface PinningModule {
  initializeSslPinning(options: { [host: string]: { publicKeyHashes: string[] } }): Promise<void>
  disableSslPinning(): Promise<void>
  addSslPinningErrorListener(listener: (error: { serverHostname: string; message?: string }) => void): {
    remove(): void
  }
}

/** `getRandomValues` of a native module: react-native-quick-crypto, expo-crypto, react-native-get-random-values. */
export interface RandomModule {
  getRandomValues(array: Uint8Array): unknown
}
