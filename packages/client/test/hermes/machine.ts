/** From TypeScript to the Hermes VM: bundled by esbuild, put into the JavaScript of 2015 by Babel, run by `hermes`. */
import { execFile, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const cache = join(root, 'node_modules/.cache/holdfast-hermes')
const folders: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux64-bin/hermes',
  darwin: 'osx-bin/hermes',
  win32: 'win64-bin/hermes.exe',
}

type Babel = {
  transformSync(code: string, options: object): { code: string } | null
}

export type Machine = {
  /** What program.ts printed, line by line. Throws with its words when it broke off. */
  run(data: Readonly<Record<string, unknown>>): Promise<unknown[]>
}

/** Why there is no machine here, or the machine. */
export function hermes(): Machine | string {
  const folder = folders[process.platform]
  const vm = join(root, 'node_modules/hermes-engine-cli', folder ?? '')
  try {
    accessSync(vm, constants.X_OK)
  } catch {
    return 'no Hermes for this platform'
  }
  if (spawnSync(vm, ['-version']).status !== 0) return 'Hermes does not start here'
  if (!existsSync(join(cache, 'node_modules/@babel/preset-env')))
    return 'no Babel; `node tools/hermes.mjs` fetches it'
  let program: Promise<string> | undefined
  return { run: async (data) => run(vm, await (program ??= compiled()), data) }
}

/** Modules the VM cannot have, by others in this folder. */
const standIns: ReadonlyArray<readonly [RegExp, string]> = [
  [/^vitest$/, 'vitest.ts'],
  [/^node:fs$/, 'file-system.ts'],
  [/(^|\/)outside-vectors\.ts$/, 'outside-vectors.ts'],
  [/crypto\/node\.ts$|^\.\/node\.ts$|@holdfast\/core\/node-crypto$/, 'crypto.ts'],
  [/crypto\/web\.ts$|^\.\/web\.ts$/, 'crypto.ts'],
]
const replacing: Plugin = {
  name: 'stand-ins',
  setup(building) {
    for (const [filter, name] of standIns)
      building.onResolve({ filter }, ({ importer }) =>
        importer.includes('/test/hermes/') ? null : { path: fileURLToPath(new URL(name, import.meta.url)) },
      )
    // From source, so that one HoldfastError serves all.
    building.onResolve({ filter: /^@holdfast\/core$/ }, () => ({
      path: join(root, 'packages/core/src/index.ts'),
    }))
    building.onResolve({ filter: /^@holdfast\/core\/noble-crypto$/ }, () => ({
      path: join(root, 'packages/core/src/crypto/noble.ts'),
    }))
  },
}

/** Without blocking: two machines run at once. */
function printedBy(vm: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(vm, words, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${stdout.slice(-2000)}\n${stderr.slice(0, 4000)}`))
    })
  })
}

/** Of what preset-env writes anew for old browsers, what the VM has by itself: twice as much work for Babel, and more for the VM. */
const known = [
  'arrow-functions',
  'computed-properties',
  'destructuring',
  'exponentiation-operator',
  'for-of',
  'function-name',
  'literals',
  'parameters',
  'regenerator',
  'shorthand-properties',
  'spread',
  'sticky-regex',
  'template-literals',
  'typeof-symbol',
  'unicode-regex',
].map((name) => `transform-${name}`)

/** All of it with all it imports, in the JavaScript of 2015 and a bit. */
async function compiled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('program.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '"file:///hermes/"' },
    plugins: [replacing],
    logLevel: 'error',
  })
  const require = createRequire(join(cache, 'package.json'))
  const babel = require('@babel/core') as Babel
  const environment = { targets: { ie: '11' }, exclude: known }
  const presets = [[require.resolve('@babel/preset-env'), environment]]
  const options = { configFile: false, babelrc: false, compact: false, sourceType: 'script', presets }
  return babel.transformSync(outputFiles[0]?.text ?? '', options)?.code ?? ''
}

async function run(vm: string, code: string, data: Readonly<Record<string, unknown>>): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hermes-'))
  try {
    const program = join(folder, 'program.js')
    writeFileSync(program, `var hermesData = ${JSON.stringify(data)};\n${code}`)
    const printed = await printedBy(vm, ['-O', '-Xes6-promise', '-Xes6-proxy', program])
    return printed
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as unknown)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function text(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
