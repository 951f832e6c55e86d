/**
 * What copies are made of: each built package in a few files, and so each library it loads. Every copy has a process of its own, and one
 * that reads fifty files instead of five hundred is up in half the time.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'

/** What a gateway's process and the attacks load of each package, under its dist. */
const entries: Readonly<Record<string, readonly string[]>> = {
  core: ['index.js', 'reply.js', 'crypto/node.js', 'crypto/noble.js'],
  server: [
    'index.js',
    'certificate.js',
    'stores/memory/index.js',
    'stores/redis/index.js',
    'stores/sql/index.js',
  ],
  gateway: ['terminal/cli.js'],
  client: ['index.js', 'platforms/testing/index.js'],
}
export const packageNames: readonly string[] = Object.keys(entries)

const options = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'silent',
} satisfies BuildOptions

/** A file of a package, and what stands there instead. */
export type Change = { readonly file: string; readonly contents: string }

/** `unread`: files of changes nobody has loaded yet. */
function changing(changes: readonly Change[], unread: Set<string>): Plugin {
  return {
    name: 'changing',
    setup(building) {
      building.onLoad({ filter: /\.js$/ }, ({ path }) => {
        const change = changes.find(({ file }) => file === path)
        if (change === undefined) return undefined
        unread.delete(path)
        return { contents: change.contents }
      })
    },
  }
}

/** The dist of the package `from` in few files, laid out as before. Resolves with the libraries it loads. */
export async function bundlePackage(
  from: string,
  to: string,
  changes: readonly Change[] = [],
): Promise<string[]> {
  const unread = new Set(changes.map(({ file }) => file))
  const { metafile } = await build({
    ...options,
    absWorkingDir: from,
    entryPoints: (entries[basename(from)] ?? []).map((entry) => join('dist', entry)),
    outbase: 'dist',
    outdir: join(to, 'dist'),
    // As deep as the modules in it, which look for package.json two steps further out.
    chunkNames: 'parts/[name]-[hash]',
    packages: 'external',
    metafile: true,
    plugins: changes.length === 0 ? [] : [changing(changes, unread)],
  })
  if (unread.size > 0) throw new Error(`nothing loads ${[...unread].join(', ')}`)
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  return imports.filter(({ external }) => external === true).map(({ path }) => path)
}

/** `@scope/name` of `@scope/name/file.js`. */
export function libraryOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** A file that hands on everything the library exports: what a CommonJS one exports is known only once it runs. */
async function handOn(specifier: string): Promise<string> {
  const names = Object.keys((await import(specifier)) as object)
  return `export { ${names.filter((name) => name !== 'module.exports').join(', ')} } from '${specifier}'\n`
}

async function write(file: string, text: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, text)
  return file
}

/** Libraries, by the names they are imported by, from one `node_modules` into another, put together with what they load themselves. */
export async function bundleLibraries(
  specifiers: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  const sources = join(to, '.sources')
  const files = specifiers.map(async (specifier) =>
    write(join(sources, specifier, 'index.js'), await handOn(specifier)),
  )
  await build({
    ...options,
    entryPoints: await Promise.all(files),
    outbase: sources,
    outdir: to,
    nodePaths: [from],
    // What is written in CommonJS asks for Node's own modules this way.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  for (const name of new Set(specifiers.map(libraryOf))) {
    const paths = specifiers.filter((one) => libraryOf(one) === name).map((one) => one.slice(name.length))
    const exports = Object.fromEntries(paths.map((path) => [`.${path}`, `.${path}/index.js`]))
    await write(join(to, name, 'package.json'), JSON.stringify({ type: 'module', exports }))
  }
}
