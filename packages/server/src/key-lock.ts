/** One writer at a time, and files that are whole at any moment. */
import { open, rename, rm, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Each of many writers may have to derive a key from a passphrase, or wait for an HSM. */
const lockWaitMs = 10_000
const lockPollMs = 20

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** All or nothing, even when the power fails: readers see the old file or the new one, never half of one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  // Only the holder of the lock writes; a draft that is here was left by a crash, and may be readable by others.
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncDirectory(dirname(path))
}

async function takeLock(lock: string): Promise<void> {
  const deadline = performance.now() + lockWaitMs
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (performance.now() > deadline)
      throw new TypeError(`the key file is being changed: if no other command runs, remove ${lock}`)
    await wait(lockPollMs)
  }
}

/** Among all processes that use this path, `act` runs alone. Rejects with TypeError when the lock is not given back in time. */
export async function withLock<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`
  await takeLock(lock)
  try {
    return await act()
  } finally {
    await unlink(lock)
  }
}
