/** A phone for tests, demonstrations and attacks: software keys, its own clock, faults on demand. Never for an app. */
import type { CryptoPort } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Network, Platform } from '../../ports.ts'
import { createTurns } from '../../turns.ts'
import { createNetwork } from '../node/network.ts'
import { nodeStretch } from '../node/stretch.ts'
import { type VirtualClock, virtualClock, type VirtualClockOptions } from './clock.ts'
import { virtualFiles, type VirtualFiles } from './files.ts'
import { virtualKeystore, type VirtualKeystore } from './keystore.ts'
import { type VirtualNetwork, virtualNetwork } from './network.ts'
import { virtualFinger, type VirtualFinger } from './presence.ts'
import { virtualSecrets, type VirtualSecrets } from './secrets.ts'
import { virtualSql, type VirtualSql } from './sql.ts'
import { type StorageSnapshot, type VirtualStorage, virtualStorage } from './storage.ts'
import { insecureFastStretch } from './stretch.ts'
import { virtualWrappedKeystore, type VirtualWrappedKeystore } from './wrapped.ts'

export type VirtualPhoneOptions = VirtualClockOptions & {
  /** Where requests go, without TLS; absent, over real sockets: then pins and client certificates are as real as on Node. */
  readonly network?: Network
  /** PEM of the roots to believe instead of Node's, over real sockets. */
  readonly ca?: string | readonly string[]
  readonly crypto?: CryptoPort
  /** False, as on the web: its secrets lie on the disk, and so does the device key, wrapped from the first passcode on. Default true. */
  readonly hardware?: boolean
  /** Stretches passcodes at next to no cost, for tests that log in many times. */
  readonly insecureFastStretch?: boolean
}

export type VirtualPhone = {
  readonly platform: Platform
  readonly clock: VirtualClock
  readonly keystore: VirtualKeystore
  readonly storage: VirtualStorage
  readonly files: VirtualFiles
  readonly sql: VirtualSql
  readonly secrets: VirtualSecrets
  readonly finger: VirtualFinger
  readonly network: VirtualNetwork
  /** Another phone with a copy of records and files but none of the keys and secrets: a restored backup. */
  clone(): VirtualPhone
  /** A copy with keys and secrets: what a keystore exists to prevent. The finger stays with its owner. */
  cloneWithKey(): VirtualPhone
  snapshot(): StorageSnapshot
  /** Puts old records back. */
  restore(snapshot: StorageSnapshot): void
  /** The process ends and starts again. What is only in memory, such as a key that was not kept, is gone. */
  restart(): void
}

function createPhone(options: VirtualPhoneOptions): Copy {
  const crypto = options.crypto ?? nodeCrypto
  const clock = virtualClock(options)
  const sleep = (ms: number): Promise<void> => clock.sleep(ms)
  const keystore = virtualKeystore(crypto, sleep)
  const wrapped = options.hardware === false ? virtualWrappedKeystore(keystore, crypto, sleep) : null
  const storage = virtualStorage()
  const files = virtualFiles()
  const sql = virtualSql()
  const secrets = virtualSecrets(options.hardware)
  const finger = virtualFinger(crypto)
  const { ca } = options
  const { identityKey } = keystore
  const real = options.network === undefined
  const network = virtualNetwork(
    options.network ?? createNetwork(ca === undefined ? { identityKey } : { identityKey, ca }),
  )
  const platform: Platform = {
    name: 'testing',
    crypto,
    keystore: wrapped ?? keystore,
    storage,
    secrets,
    files,
    sql,
    stretch: options.insecureFastStretch === true ? insecureFastStretch : nodeStretch,
    presence: finger,
    network: network.send,
    clock,
    exclusive: createTurns(),
    tls: { pins: real, identity: real },
  }

  function copy(): Copy {
    const made = createPhone(options)
    const { phone } = made
    phone.restore(storage.snapshot())
    phone.files.restore(files.snapshot())
    phone.sql.restore(sql.snapshot())
    // What no hardware keeps lies on the disk like all else.
    if (wrapped === null || made.wrapped === null) return made
    keystore.copyTo(phone.keystore)
    wrapped.copyTo(made.wrapped)
    secrets.copyTo(phone.secrets)
    return made
  }

  const phone: VirtualPhone = {
    platform,
    clock,
    keystore,
    storage,
    files,
    sql,
    secrets,
    finger,
    network,
    clone: () => copy().phone,
    cloneWithKey(): VirtualPhone {
      const { phone: other } = copy()
      keystore.copyTo(other.keystore)
      secrets.copyTo(other.secrets)
      return other
    },
    snapshot: () => storage.snapshot(),
    restore: (snapshot) => storage.restore(snapshot),
    restart: () => wrapped?.restart(),
  }
  return { phone, wrapped }
}

type Copy = { readonly phone: VirtualPhone; readonly wrapped: VirtualWrappedKeystore | null }

export function virtualPhone(options: VirtualPhoneOptions = {}): VirtualPhone {
  return createPhone(options).phone
}
