/** Node as a device. */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Clock, Platform } from '../../ports.ts'
import { fileKeystore } from './keystore.ts'
import { nodeNetwork } from './network.ts'
import { fileStorage } from './storage.ts'

export type NodePlatformOptions = {
  /** Made with mode 0700 when absent. Keys lie in it readable for their owner alone (0600); do not put it into backups. */
  readonly directory: string
}

export const systemClock: Clock = {
  now: (): number => Date.now(),
  monotonic: (): number => performance.now(),
  sleep: async (ms: number): Promise<void> => {
    await sleep(ms)
  },
}

export function nodePlatform({ directory }: NodePlatformOptions): Platform {
  return {
    name: 'node',
    crypto: nodeCrypto,
    keystore: fileKeystore(join(directory, 'keys')),
    storage: fileStorage(join(directory, 'records')),
    network: nodeNetwork,
    clock: systemClock,
  }
}
