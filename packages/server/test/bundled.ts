/**
 * A script with all it loads in few files, for tests that start it dozens of times: reading hundreds of files takes a process longer than
 * all it does afterwards.
 */
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export type Bundled = { readonly file: string; remove(): Promise<void> }

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** `script`: a path to JavaScript one folder below its package; what it imports is built. */
export async function bundled(script: string): Promise<Bundled> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bundled-'))
  await symlink(modules, join(directory, 'node_modules'))
  await copyFile(join(dirname(script), '..', 'package.json'), join(directory, 'package.json'))
  await build({
    entryPoints: [script],
    outdir: join(directory, 'dist'),
    outExtension: { '.js': '.mjs' },
    // As deep as the modules in them, which look for package.json two steps further out.
    entryNames: 'parts/[name]',
    chunkNames: 'parts/[name]-[hash]',
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
  const file = join(directory, 'dist', 'parts', `${basename(script).replace(/\.m?js$/, '')}.mjs`)
  return { file, remove: () => rm(directory, { recursive: true }) }
}
