/** What the client adds to an app, in bytes it downloads. The budgets stand a tenth above what was measured when they were written. */
import { builtinModules } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { BuildOptions, Metafile } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { bundle, webBuild, webWorkers } from './web/bundle.ts'

type Part = { readonly modules: readonly string[]; readonly build: BuildOptions; readonly gzipBytes: number }

const nodeBuild: BuildOptions = {
  format: 'esm',
  platform: 'node',
  external: [...builtinModules, 'hash-wasm'],
}
/** Metro takes it from here; native modules are handed in by the app. */
const phoneBuild: BuildOptions = { format: 'esm', platform: 'neutral', mainFields: ['module', 'main'] }
const worker = (name: string): string[] => [webWorkers[name] ?? '']
const withClient = (platform: string): string[] => ['@holdfast/client', `@holdfast/client/${platform}`]

const parts: Readonly<Record<string, Part>> = {
  'web, with the page': { modules: withClient('web'), build: webBuild, gzipBytes: 143_500 },
  'web, stretch worker': { modules: worker('stretch-worker'), build: webBuild, gzipBytes: 12_800 },
  'web, SQL worker': { modules: worker('sql-worker'), build: webBuild, gzipBytes: 30_000 },
  'web, SQLite': { modules: worker('mc-wa-sqlite'), build: webBuild, gzipBytes: 647_000 },
  node: { modules: withClient('node'), build: nodeBuild, gzipBytes: 168_000 },
  'react-native': { modules: withClient('react-native'), build: phoneBuild, gzipBytes: 147_500 },
}

type Size = { readonly eager: number; readonly lazy: number; readonly inputs: readonly string[] }

/** The files that come with the page, and not only when they are asked for. */
function eagerFiles({ outputs }: Metafile): Set<string> {
  const files = new Set(['page.js'])
  for (const file of files)
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) files.add(path)
  return files
}

async function sizeOf({ modules, build }: Part): Promise<Size> {
  const source = modules.map((module) => `export * from '${module}'; import '${module}'`).join('\n')
  const { files, metafile } = await bundle(source, { ...build, minify: true })
  const eager = eagerFiles(metafile)
  const sum = (isEager: boolean): number =>
    [...files]
      .filter(([file]) => eager.has(file) === isEager)
      .reduce((total, [, contents]) => total + gzipSync(contents, { level: 9 }).length, 0)
  const inputs = [...eager].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}))
  return { eager: sum(true), lazy: sum(false), inputs }
}

describe('the size of the client', () => {
  it.each(Object.entries(parts))('%s', async (name, part) => {
    const { eager, lazy } = await sizeOf(part)
    console.log(`${name}: ${eager} bytes gzipped of ${part.gzipBytes}, ${lazy} more when asked for`)
    expect(eager).toBeGreaterThan(1000)
    expect(eager).toBeLessThanOrEqual(part.gzipBytes)
  })

  it('web: what stretches and what stores come with their workers, not with the page', async () => {
    const { inputs } = await sizeOf(parts['web, with the page'] as Part)
    expect(inputs.some((input) => input.includes('client/dist/platforms/web/stretch.js'))).toBe(true)
    expect(inputs.filter((input) => /hash-wasm|wa-sqlite/.test(input))).toEqual([])
    const { inputs: stretching } = await sizeOf(parts['web, stretch worker'] as Part)
    expect(stretching.some((input) => input.includes('hash-wasm'))).toBe(true)
  })
})
