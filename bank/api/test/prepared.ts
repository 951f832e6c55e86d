/** What suites would each make anew in seconds: made once, kept while what it is made of stays the same, and copied or read from there. */
import { createHash, randomUUID } from 'node:crypto'
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const cache = join(root, 'node_modules/.cache/holdfast-prepared')
const dayMs = 86_400_000

export type Prepared = {
  readonly name: string
  /** Files and folders it is made of, from the root of the repository. */
  readonly from: readonly string[]
  /** What else it depends on. */
  readonly on?: string
  /** Fills the folder, which is there and empty. */
  readonly make: (folder: string) => Promise<void>
}

/** A folder nobody may write to. Suites may ask for it at once: each sees a whole one or none, and whoever is late takes that of the others. */
export async function prepared({ name, from, on = '', make }: Prepared): Promise<string> {
  const ready = join(cache, `${name}-${digestOf(from, on)}`)
  if (existsSync(ready)) return ready
  const making = `${ready}.${randomUUID()}`
  mkdirSync(making, { recursive: true })
  await make(making)
  try {
    renameSync(making, ready)
  } catch (error) {
    rmSync(making, { recursive: true })
    if (!existsSync(ready)) throw error
  }
  for (const old of readdirSync(cache).filter((other) => other.startsWith(`${name}-`)))
    if (statSync(join(cache, old)).mtimeMs < Date.now() - dayMs) rmSync(join(cache, old), { recursive: true })
  return ready
}

/** Into a folder that is there, or is made. An embedded database is a thousand files: `cpSync` takes three times as long. */
export function copyPrepared(folder: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [from, there] = [join(folder, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyPrepared(from, there)
    else copyFileSync(from, there, constants.COPYFILE_FICLONE)
  }
}

/** Also of the versions of everything that was installed. */
function digestOf(from: readonly string[], on: string): string {
  const hash = createHash('sha256').update(on)
  for (const path of [...from, 'package-lock.json']) {
    for (const file of filesIn(path)) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

function filesIn(path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path]
  const inside = readdirSync(join(root, path), { recursive: true, withFileTypes: true })
  return inside
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted()
}
