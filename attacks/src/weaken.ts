/**
 * The weakened copy: the built packages in a directory of their own, with one defence cut out. The shipped code has no switch
 * for this; an attack that fails against the product proves something only if it works against this copy.
 */
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Weakening } from './attack.ts'
import { bundleLibraries, bundlePackage, type Change, libraryOf, packageNames } from './bundles.ts'
import { copyNeighbour, shippedNeighbour } from './neighbours.ts'

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

/** Where a file a weakening names lies as it is shipped. */
export function shippedFile(path: string): string {
  const [name = '', ...rest] = path.split('/')
  return shippedNeighbour(path) ?? join(productDirectory(), name, 'dist', ...rest)
}

/** Each defence that has to go. */
export function defencesOf(weakening: Weakening): readonly Weakening[] {
  return [weakening, ...(weakening.also ?? []).flatMap(defencesOf)]
}

/** The files that are changed, by their names in weakenings. Throws as {@link weakened}. */
function changesOf(weakening: Weakening): Map<string, string> {
  const changed = new Map<string, string>()
  for (const defence of defencesOf(weakening)) {
    const source = changed.get(defence.file) ?? readFileSync(shippedFile(defence.file), 'utf8')
    changed.set(defence.file, weakened(source, defence))
  }
  return changed
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

/** They read files that lie beside them, so they stay where they are. */
const inPlace = ['@electric-sql/pglite', '@journeyapps/wa-sqlite', 'hash-wasm']

/** The product put together, nothing changed: what every copy is made of. Deleted when this process ends. */
async function makeStock(): Promise<string> {
  const product = productDirectory()
  const modules = join(dirname(product), 'node_modules')
  const root = mkdtempSync(join(tmpdir(), 'holdfast-weakened-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const own = new Set(inPlace)
  const libraries = new Set<string>()
  for (const name of packageNames) {
    const [from, to] = [join(product, name), join(root, 'product', name)]
    const imports = await bundlePackage(from, to)
    for (const part of ['package.json', 'bin'])
      if (existsSync(join(from, part))) cpSync(join(from, part), join(to, part), { recursive: true })
    const nested = join(from, 'node_modules')
    if (existsSync(nested)) symlinkSync(nested, join(to, 'node_modules'))
    const bare = imports.filter((path) => !path.startsWith('node:') && !path.startsWith('@holdfast/'))
    for (const specifier of bare) {
      if (existsSync(join(nested, libraryOf(specifier)))) own.add(libraryOf(specifier))
      libraries.add(specifier)
    }
  }
  const to = join(root, 'node_modules')
  await bundleLibraries(
    [...libraries].filter((one) => !own.has(libraryOf(one))),
    modules,
    to,
  )
  for (const name of own) {
    if (!existsSync(join(modules, name))) continue
    mkdirSync(dirname(join(to, name)), { recursive: true })
    symlinkSync(join(modules, name), join(to, name))
  }
  return root
}

let stock: Promise<string> | undefined

/** The same files under other names: cheaper than a copy, and nobody writes to them. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkSync(source, target)
  }
}

/** The packages that have changes, bundled anew. */
async function bundleChanged(
  directory: string,
  changed: ReadonlyArray<readonly [path: string, contents: string]>,
): Promise<void> {
  const byPackage = new Map<string, Change[]>()
  for (const [path, contents] of changed) {
    if (shippedNeighbour(path) !== null) continue
    const [name = ''] = path.split('/')
    byPackage.set(name, [...(byPackage.get(name) ?? []), { file: shippedFile(path), contents }])
  }
  for (const [name, changes] of byPackage) {
    rmSync(join(directory, name, 'dist'), { recursive: true })
    await bundlePackage(join(productDirectory(), name), join(directory, name), changes)
  }
}

export async function makeCopy(weakening: Weakening): Promise<Copy> {
  const changed = [...changesOf(weakening)]
  stock ??= makeStock()
  const root = await stock
  const home = mkdtempSync(join(root, 'copy-'))
  // Node looks for our packages here first, and for libraries one step further out.
  const directory = join(home, 'node_modules', '@holdfast')
  const remove = (): void => rmSync(home, { recursive: true, force: true })
  try {
    linkTree(join(root, 'product'), directory)
    for (const [path, contents] of changed)
      if (shippedNeighbour(path) !== null) copyNeighbour(directory, path, contents)
    await bundleChanged(directory, changed)
    return { directory, remove }
  } catch (error) {
    remove()
    throw error
  }
}
