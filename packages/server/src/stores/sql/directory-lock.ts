import { readFile, rm, writeFile } from 'node:fs/promises'

/**
 * Keeps a second process from opening the same embedded database, which would destroy it. The lock is a file beside the
 * directory with the process id in it; one left by a process that was killed is taken over. Throws TypeError when held.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = `${directory.replace(/\/+$/, '')}.lock`
  const write = () => writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 })
  try {
    await write()
  } catch {
    const holder = Number(await readFile(path, 'utf8').catch(() => ''))
    if (isOther(holder)) {
      throw new TypeError('the embedded database is in use by another process; several nodes need PostgreSQL')
    }
    await rm(path, { force: true })
    await write()
  }
  return () => rm(path, { force: true })
}

/** Our own id is a left-over too: in a container every start has the same one. */
function isOther(holder: number): boolean {
  if (!Number.isInteger(holder) || holder <= 0 || holder === process.pid) return false
  try {
    return process.kill(holder, 0)
  } catch (error) {
    // It exists, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
