/**
 * A script with all it loads in few files, for tests that start it dozens of times: reading hundreds of files takes a process longer than
 * all it does afterwards.
 */
import { createHash } from 'node:crypto'
import { copyFile, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { kept, modules } from './kept.ts'

const packages = ['core', 'server', 'gateway']

/** Differs when the script, anything built, or anything installed does. */
async function stateOf(script: string): Promise<string> {
  const built = packages.map(async (name) => {
    const dist = join(modules, '..', 'packages', name, 'dist')
    const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js')).toSorted()
    return Promise.all(files.map(async (file) => `${file} ${(await stat(join(dist, file))).mtimeMs}`))
  })
  const installed = join(modules, '.package-lock.json')
  const sources = [script, installed, fileURLToPath(import.meta.url)].map((file) => readFile(file, 'utf8'))
  const said = [script, ...(await Promise.all(built)).flat(), ...(await Promise.all(sources))]
  return createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 16)
}

/** As deep as the modules in it, which look for package.json two steps further out. */
const parts = join('dist', 'parts')

async function make(script: string, directory: string): Promise<void> {
  await symlink(modules, join(directory, 'node_modules'))
  await copyFile(join(dirname(script), '..', 'package.json'), join(directory, 'package.json'))
  await build({
    entryPoints: [script],
    outdir: join(directory, parts),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    // It reads files that lie beside it.
    external: ['@electric-sql/pglite'],
    // What is written in CommonJS asks for Node's own modules this way.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
}

async function find(script: string): Promise<string> {
  const name = basename(script).replace(/\.m?js$/, '')
  const directory = await kept(`${name}-${await stateOf(script)}`, (made) => make(script, made))
  return join(directory, parts, `${name}.mjs`)
}

const found = new Map<string, Promise<string>>()

/** `script`: a path to JavaScript one folder below its package; what it imports is built. The path of what does the same. */
export function bundled(script: string): Promise<string> {
  const known = found.get(script) ?? find(script)
  found.set(script, known)
  return known
}
