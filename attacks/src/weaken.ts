/**
 * The weakened copy: the built packages with one defence cut out. The shipped code has no switch for this; an attack that fails against
 * the product proves something only if it works against this copy.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Weakening } from './attack.ts'
import { leadingTo, textAmong } from './imports.ts'
import { copyNeighbour, shippedNeighbour } from './neighbours.ts'
import { productDirectory, shippedFile } from './product.ts'

export type Copy = {
  /** Laid out as `packages/` is. It holds the files that differ, and those that lead to them: the others are the product's. */
  readonly directory: string
  readonly remove: () => void
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

let made: string | undefined

/** Where copies lie, and find the libraries of the product. Deleted when this process ends. */
function ground(): string {
  if (made !== undefined) return made
  const root = mkdtempSync(join(tmpdir(), 'holdfast-weakened-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  symlinkSync(join(dirname(productDirectory()), 'node_modules'), join(root, 'node_modules'))
  mkdirSync(join(root, 'texts'))
  made = root
  return root
}

/** Where each text was written. */
const texts = new Map<string, string>()

/** Copies have most of their texts in common: another name costs a tenth of another file, and nobody writes to them. */
function write(file: string, text: string): void {
  const written = texts.get(text) ?? join(ground(), 'texts', `${texts.size}.js`)
  if (!texts.has(text)) writeFileSync(written, text)
  texts.set(text, written)
  linkSync(written, file)
}

/** A package in the copy, so far without a file of its own. */
function foundPackage(name: string, directory: string): void {
  const [shipped, copied] = [join(productDirectory(), name), join(directory, name)]
  mkdirSync(copied)
  copyFileSync(join(shipped, 'package.json'), join(copied, 'package.json'))
  const libraries = join(shipped, 'node_modules')
  if (existsSync(libraries)) symlinkSync(libraries, join(copied, 'node_modules'))
}

/** `changed`: contents, by the files as they are shipped. */
function copyPackages(directory: string, changed: ReadonlyMap<string, string>): void {
  const product = productDirectory()
  const files = leadingTo(changed.keys())
  const placeOf = (file: string): string => join(directory, relative(product, file))
  for (const name of new Set(Array.from(files, (file) => relative(product, file).split('/', 1)[0] ?? '')))
    foundPackage(name, directory)
  for (const folder of new Set(Array.from(files, (file) => dirname(placeOf(file)))))
    mkdirSync(folder, { recursive: true })
  for (const file of files) write(placeOf(file), textAmong(files, file, changed.get(file)))
}

export function makeCopy(weakening: Weakening): Copy {
  const changed = [...changesOf(weakening)]
  const directory = mkdtempSync(join(ground(), 'copy-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    const inPackages = changed.filter(([path]) => shippedNeighbour(path) === null)
    copyPackages(directory, new Map(inPackages.map(([path, contents]) => [shippedFile(path), contents])))
    for (const [path, contents] of changed)
      if (shippedNeighbour(path) !== null) copyNeighbour(directory, path, contents)
    return { directory, remove }
  } catch (error) {
    remove()
    throw error
  }
}
