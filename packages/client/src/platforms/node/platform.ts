/** Node as a device. */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Clock, Platform } from '../../ports.ts'
import { waitingLock } from './exclusive.ts'
import { fileStore } from './files.ts'
import { fileKeystore } from './keystore.ts'
import { createNetwork } from './network.ts'
import { fileSecrets } from './secrets.ts'
import { fileSql } from './sql.ts'
import { fileStorage } from './storage.ts'
import { nodeStretch } from './stretch.ts'

export type NodePlatformOptions = {
  /** Made with mode 0700 when absent. Keys lie in it readable for their owner alone (0600); do not put it into backups. */
  readonly directory: string
  /**
   * PEM of the roots to believe instead of those Node brings, for a service whose TLS certificate is of a private CA. It replaces
   * the chain's end only: the pins of the statement hold all the same.
   */
  readonly ca?: string | readonly string[]
}

export const systemClock: Clock = {
  now: (): number => Date.now(),
  monotonic: (): number => performance.now(),
  sleep: async (ms: number): Promise<void> => {
    await sleep(ms)
  },
  alarm(ms: number, ring: () => void): () => void {
    const timer = setTimeout(ring, ms).unref()
    return () => clearTimeout(timer)
  },
}

export function nodePlatform({ directory, ca }: NodePlatformOptions): Platform {
  const keystore = fileKeystore(join(directory, 'keys'))
  const { identityKey } = keystore
  return {
    name: 'node',
    crypto: nodeCrypto,
    keystore,
    storage: fileStorage(join(directory, 'records')),
    secrets: fileSecrets(join(directory, 'secrets')),
    network: createNetwork(ca === undefined ? { identityKey } : { identityKey, ca }),
    clock: systemClock,
    exclusive: waitingLock(directory),
    files: fileStore(join(directory, 'files')),
    sql: fileSql(join(directory, 'sql')),
    stretch: nodeStretch,
    presence: null,
    tls: { pins: true, identity: true },
  }
}
