/** Which built files of the product import which. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageNames, productDirectory } from './product.ts'

type Built = {
  readonly source: string
  /** The files of ours it imports, by what is written there; libraries are left out. */
  readonly imports: ReadonlyMap<string, string>
  /** Those that import it. */
  readonly importers: string[]
}

const { resolve } = createRequire(import.meta.url)
/** As the compiler writes it: `from './x.js'`, `import './x.js'`, `import('./x.js')`. */
const importing = /\b(from |import |import\()'([^']+)'/g

function readBuilt(file: string): Built {
  const source = readFileSync(file, 'utf8')
  const imports = new Map<string, string>()
  for (const [, , specifier = ''] of source.matchAll(importing)) {
    if (specifier.startsWith('.')) imports.set(specifier, join(dirname(file), specifier))
    if (specifier.startsWith('@holdfast/')) imports.set(specifier, resolve(specifier))
  }
  return { source, imports, importers: [] }
}

function readProduct(): ReadonlyMap<string, Built> {
  const entries = packageNames.flatMap((name) =>
    readdirSync(join(productDirectory(), name, 'dist'), { recursive: true, withFileTypes: true }),
  )
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath, entry.name))
  const product = new Map(files.map((file) => [file, readBuilt(file)]))
  for (const [file, { imports }] of product)
    for (const imported of imports.values()) product.get(imported)?.importers.push(file)
  return product
}

let product: ReadonlyMap<string, Built> | undefined

/** These files, and all that load them by way of whatever other. */
export function leadingTo(files: Iterable<string>): ReadonlySet<string> {
  product ??= readProduct()
  const found = new Set(files)
  // What is added while it runs is visited, too.
  for (const file of found) for (const importer of product.get(file)?.importers ?? []) found.add(importer)
  return found
}

/** The text of `file` for a place where only `copied` lie around it: whatever else it imports is named by where it is shipped. */
export function textAmong(copied: ReadonlySet<string>, file: string, changed?: string): string {
  product ??= readProduct()
  const built = product.get(file)
  if (built === undefined) throw new Error(`${file} is no part of the product`)
  const { source, imports } = built
  // There are no source maps.
  const text = (changed ?? source).replace(/^\/\/# sourceMappingURL=.*$/m, '')
  return text.replace(importing, (said, word: string, specifier: string) => {
    const imported = imports.get(specifier)
    if (imported === undefined) return said
    const from = copied.has(imported)
      ? `./${relative(dirname(file), imported)}`
      : pathToFileURL(imported).href
    return `${word}'${from}'`
  })
}
