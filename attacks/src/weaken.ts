/**
 * The weakened copy: the built packages in a directory of their own, with one defence cut out. The shipped code has no switch
 * for this; an attack that fails against the product proves something only if it works against this copy.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Weakening } from './attack.ts'

/** Which packages load which: a change to the first is seen by those named, which are copied. The others are as they were. */
const seenBy: Readonly<Record<string, readonly string[]>> = {
  core: ['core', 'server', 'gateway', 'client'],
  server: ['server', 'gateway'],
  gateway: ['gateway'],
  client: ['client'],
}

export type Copy = {
  /** Holds one directory a package, as `packages/` does. */
  readonly directory: string
  readonly remove: () => void
}

/** The directory that holds the packages of the product. */
export function productDirectory(): string {
  const entry = createRequire(import.meta.url).resolve('@holdfast/core')
  return dirname(dirname(dirname(entry)))
}

function isShipped(path: string): boolean {
  return !path.endsWith('.map') && !path.endsWith('.d.ts') && !path.endsWith('.tsbuildinfo')
}

function copyPackage(from: string, to: string): void {
  for (const part of ['package.json', 'dist', 'bin']) {
    const source = join(from, part)
    if (existsSync(source)) cpSync(source, join(to, part), { recursive: true, filter: isShipped })
  }
  const own = join(from, 'node_modules')
  if (existsSync(own)) symlinkSync(own, join(to, 'node_modules'))
}

/** The file with the one change. Throws unless the text stands there exactly once. */
export function weakened(source: string, { file, text, instead }: Weakening): string {
  const parts = source.split(text)
  if (text === '' || parts.length !== 2)
    throw new Error(
      `defence moved: ${JSON.stringify(text)} stands ${parts.length - 1} times in ${file}, not once`,
    )
  return parts.join(instead)
}

/** Synchronous: some hundred small files take a tenth of the time this way. */
export function makeCopy(weakening: Weakening): Copy {
  const product = productDirectory()
  const root = mkdtempSync(join(tmpdir(), 'holdfast-weakened-'))
  const directory = join(root, 'packages', 'node_modules', '@holdfast')
  const remove = (): void => rmSync(root, { recursive: true, force: true })
  const [changed = '', ...path] = weakening.file.split('/')
  try {
    mkdirSync(directory, { recursive: true })
    // Node looks for our packages beside the copies first, and one step further out for everything else.
    symlinkSync(join(dirname(product), 'node_modules'), join(root, 'node_modules'))
    for (const name of Object.keys(seenBy)) {
      const [from, to] = [join(product, name), join(directory, name)]
      if (seenBy[changed]?.includes(name) === true) copyPackage(from, to)
      else symlinkSync(from, to)
    }
    const file = join(directory, changed, 'dist', ...path)
    writeFileSync(file, weakened(readFileSync(file, 'utf8'), weakening))
    return { directory, remove }
  } catch (error) {
    remove()
    throw error
  }
}
