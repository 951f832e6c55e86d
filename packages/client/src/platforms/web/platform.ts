/** A browser as a device. */
import { webCrypto } from '@holdfast/core/web-crypto'
import type { Platform } from '../../ports.ts'
import { browserClock } from './clock.ts'
import { openDatabase } from './database.ts'
import { opfsFiles } from './files.ts'
import { webKeystore } from './keystore.ts'
import { fetchNetwork } from './network.ts'
import { passkeyPresence } from './presence.ts'
import { indexedSecrets } from './secrets.ts'
import { indexedStorage } from './storage.ts'
import { opfsSql } from './sql.ts'
import { workerStretch } from './stretch.ts'

export type WebPlatformOptions = {
  /** What its databases are called, so that one origin can serve several apps. */
  readonly name?: string
}

export type WebPlatform = Platform & {
  /** Whether the browser promised not to remove what is stored when it needs room. It was asked once, and nothing depends on it. */
  readonly persisted: Promise<boolean>
}

async function askToPersist(): Promise<boolean> {
  try {
    return await navigator.storage.persist()
  } catch {
    return false
  }
}

/** Needs a secure context. One per page: what is unlocked is unlocked in this page alone. */
export function webPlatform({ name = 'holdfast' }: WebPlatformOptions = {}): WebPlatform {
  const provider = webCrypto(globalThis.crypto)
  const database = openDatabase({ name })
  return {
    name: 'web',
    crypto: provider,
    keystore: webKeystore(database, provider),
    storage: indexedStorage(database),
    network: fetchNetwork,
    clock: browserClock,
    exclusive: (lock, act) => navigator.locks.request(lock, act),
    secrets: indexedSecrets(database),
    sql: opfsSql(`${name}-sql`),
    files: opfsFiles(`${name}-files`),
    stretch: workerStretch,
    presence: passkeyPresence(database),
    tls: { pins: false, identity: false },
    persisted: askToPersist(),
  }
}
