/** One process at a time for a while; the others wait. */
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError } from '@holdfast/core'
import type { Exclusive } from '../../ports.ts'
import { lock } from './lock.ts'

const pauseMs = 20
/** An unlock that takes longer than this has a network that does not answer. */
const patienceMs = 120_000

/** Rejects with `vault_unavailable` when the others took too long. */
export function waitingLock(directory: string): Exclusive {
  async function take(path: string): Promise<() => Promise<void>> {
    const end = performance.now() + patienceMs
    for (;;) {
      try {
        return await lock(path)
      } catch (error) {
        const taken = error instanceof HoldfastError && error.code === 'vault_unavailable'
        if (!taken || performance.now() >= end) throw error
        await sleep(pauseMs)
      }
    }
  }
  return async (name, act) => {
    // By whatever path a process came here: a lock of its own would make it another copy of this device.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const release = await take(join(realpathSync(directory), encodeURIComponent(name)))
    try {
      return await act()
    } finally {
      await release()
    }
  }
}
