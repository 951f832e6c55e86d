/** The phone (docs/react-native.md). */
import * as sqlite from '@op-engineering/op-sqlite'
import * as keys from '@pagopa/io-react-native-crypto'
import * as biometrics from '@sbaiahmed1/react-native-biometrics'
import type { Platform } from '@holdfast/client'
import { reactNativePlatform } from '@holdfast/client/react-native'
import * as fileSystem from 'expo-file-system'
import * as secureStore from 'expo-secure-store'
import { Platform as Phone } from 'react-native'
import * as keychain from 'react-native-keychain'
import quickCrypto from 'react-native-quick-crypto'
import * as pinning from 'react-native-ssl-public-key-pinning'
import builtIn from '../../native/built-in.json'

export type BuiltIn = { readonly origin: string; readonly trust: readonly string[] }

export function readBuiltIn(): Promise<BuiltIn> {
  return Promise.resolve(builtIn)
}

export function openPlatform(): Platform {
  return reactNativePlatform({
    os: Phone.OS === 'ios' ? 'ios' : 'android',
    random: quickCrypto,
    keys,
    keychain,
    sqlite,
    fileSystem,
    argon2: quickCrypto,
    biometrics: { keys: biometrics, secrets: secureStore },
    pinning,
    prompt: { title: 'Alder Bank', cancel: 'Cancel' },
  })
}
