/**
 * The vault's own SQLite without encryption: the client's built engine with the lines cut out that set cipher and key, so that file access,
 * settings and WebAssembly are the same. Made anew for each run, and refused when those lines are not what they were.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

/** What is cut, and what stands there instead. */
const cuts: readonly (readonly [line: string, instead: string])[] = [
  [`'multipleciphers-holdfast'`, `'holdfast'`],
  [`connection.run("PRAGMA cipher = 'sqlcipher'");`, ''],
  [`connection.run('PRAGMA legacy = 4');`, ''],
  ['connection.run(`PRAGMA key = ${rawKey(key)}`);', ''],
]

export const withoutKey: Plugin = {
  name: 'without-key',
  setup(esbuild): void {
    esbuild.onLoad(
      { filter: /[\\/]client[\\/]dist[\\/]platforms[\\/]sqlite[\\/]engine\.js$/ },
      ({ path }) => ({
        contents: cuts.reduce(cut, readFileSync(path, 'utf8')),
        loader: 'js',
      }),
    )
  },
}

function cut(source: string, [line, instead]: readonly [string, string]): string {
  if (source.split(line).length !== 2) throw new Error(`the SQL engine has no such line: ${line}`)
  return source.replace(line, instead)
}

/** The Node platform on it. Its packages are found from this folder, so it is put here, and is gone when it is loaded. */
export async function plainNode(): Promise<typeof import('@holdfast/client/node')> {
  const folder = mkdtempSync(fileURLToPath(new URL('plain-', import.meta.url)))
  try {
    const outfile = join(folder, 'node.js')
    const entry = fileURLToPath(import.meta.resolve('@holdfast/client/node'))
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      plugins: [withoutKey],
      logLevel: 'silent',
    })
    return (await import(pathToFileURL(outfile).href)) as typeof import('@holdfast/client/node')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
