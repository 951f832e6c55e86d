/** A phone for tests, demonstrations and attacks: software keys, its own clock, faults on demand. Never for an app. */
import type { CryptoPort } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Network, Platform } from '../../ports.ts'
import { createNetwork } from '../node/network.ts'
import { type VirtualClock, virtualClock, type VirtualClockOptions } from './clock.ts'
import { virtualKeystore, type VirtualKeystore } from './keystore.ts'
import { type VirtualNetwork, virtualNetwork } from './network.ts'
import { type StorageSnapshot, type VirtualStorage, virtualStorage } from './storage.ts'

export type VirtualPhoneOptions = VirtualClockOptions & {
  /** Where requests go, without TLS; absent, over real sockets: then pins and client certificates are as real as on Node. */
  readonly network?: Network
  /** PEM of the roots to believe instead of Node's, over real sockets. */
  readonly ca?: string | readonly string[]
  readonly crypto?: CryptoPort
}

export type VirtualPhone = {
  readonly platform: Platform
  readonly clock: VirtualClock
  readonly keystore: VirtualKeystore
  readonly storage: VirtualStorage
  readonly network: VirtualNetwork
  /** Another phone with a copy of the records but none of the keys: a restored backup. */
  clone(): VirtualPhone
  /** A copy with the keys: what a keystore exists to prevent. */
  cloneWithKey(): VirtualPhone
  snapshot(): StorageSnapshot
  /** Puts old records back. */
  restore(snapshot: StorageSnapshot): void
}

export function virtualPhone(options: VirtualPhoneOptions = {}): VirtualPhone {
  const crypto = options.crypto ?? nodeCrypto
  const clock = virtualClock(options)
  const keystore = virtualKeystore(crypto, (ms) => clock.sleep(ms))
  const storage = virtualStorage()
  const { ca } = options
  const { identityKey } = keystore
  const real = options.network === undefined
  const network = virtualNetwork(
    options.network ?? createNetwork(ca === undefined ? { identityKey } : { identityKey, ca }),
  )
  const platform: Platform = {
    name: 'testing',
    crypto,
    keystore,
    storage,
    network: network.send,
    clock,
    tls: { pins: real, identity: real },
  }

  function clone(): VirtualPhone {
    const copy = virtualPhone(options)
    copy.restore(storage.snapshot())
    return copy
  }

  return {
    platform,
    clock,
    keystore,
    storage,
    network,
    clone,
    cloneWithKey(): VirtualPhone {
      const copy = clone()
      keystore.copyTo(copy.keystore)
      return copy
    },
    snapshot: () => storage.snapshot(),
    restore: (snapshot) => storage.restore(snapshot),
  }
}
