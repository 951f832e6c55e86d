/**
 * What several test files need, always comes out alike and takes long to make: made once, and kept beside the installed packages until
 * nobody asks for it any more.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const modules: string = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const folder = join(modules, '.cache', 'holdfast-test')

/** What was not asked for in so long is from before a change: no run of tests takes longer. */
const oldMs = 3 * 3_600_000

async function removeOld(): Promise<void> {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    if (Date.now() - mtimeMs > oldMs) await rm(path, { recursive: true, force: true })
  }
}

/** The directory of this name; `make` fills it where there is none. What it is made of has to be in the name. */
export async function kept(name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(folder, name)
  if (existsSync(directory)) {
    const now = new Date()
    await utimes(directory, now, now)
    return directory
  }
  await mkdir(folder, { recursive: true })
  await removeOld()
  const made = await mkdtemp(join(folder, 'new-'))
  await make(made)
  // Of several who make it at once one is first.
  await rename(made, directory).catch(() => rm(made, { recursive: true }))
  return directory
}
