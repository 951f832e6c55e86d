/**
 * The weakened copy: the built packages in a directory of their own, with one defence cut out. The shipped code has no switch
 * for this; an attack that fails against the product proves something only if it works against this copy.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Weakening } from './attack.ts'

const packages = ['core', 'server', 'gateway', 'client'] as const

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

/** Puts every third-party package in reach of the copy, where Node looks for it. */
function linkDependencies(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name !== '@holdfast' && !name.startsWith('.')) symlinkSync(join(from, name), join(to, name))
  }
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
  if (existsSync(own)) linkDependencies(own, join(to, 'node_modules'))
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
  const directory = join(root, 'node_modules', '@holdfast')
  const remove = (): void => rmSync(root, { recursive: true, force: true })
  try {
    linkDependencies(join(dirname(product), 'node_modules'), join(root, 'node_modules'))
    for (const name of packages) copyPackage(join(product, name), join(directory, name))
    const [name = '', ...path] = weakening.file.split('/')
    const file = join(directory, name, 'dist', ...path)
    writeFileSync(file, weakened(readFileSync(file, 'utf8'), weakening))
    return { directory, remove }
  } catch (error) {
    remove()
    throw error
  }
}
