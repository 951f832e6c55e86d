import { readFile, rm, writeFile } from 'node:fs/promises'

/**
 * Keeps a second process out of an embedded database, which two would destroy: a file beside the directory names the one that has it.
 * What a killed process left behind is taken over. Throws TypeError when another one lives. Returns how to give it back.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const file = `${directory.replace(/\/+$/, '')}.lock`
  const take = (): Promise<void> => writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 })
  try {
    await take()
  } catch {
    const holder = Number(await readFile(file, 'utf8').catch(() => ''))
    if (Number.isSafeInteger(holder) && holder > 0 && holder !== process.pid && lives(holder))
      throw new TypeError(`${directory} is in use by process ${holder}: several processes need --database`)
    await rm(file, { force: true })
    await take()
  }
  return () => rm(file, { force: true })
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
