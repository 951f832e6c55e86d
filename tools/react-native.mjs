// Why: no phone here, and what JavaScript there is can still be checked: `npm run check:react-native`. The platform fits the types of the real
// packages, is bundled and compiled by React Native's own compiler; and the bank's app is exported for Android and iOS as a developer would.
// The packages lie in bank/app/native, apart from all others; nobody needs 700 MB of them for `npm start` and `npm test`.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { bin, ensureBuilt, root } from './ensure.mjs'

const folder = path.join(root, 'node_modules/.cache/holdfast-react-native')
const file = (name) => path.join(folder, name)
const shell = path.join(root, 'bank/app/native')
const manifest = JSON.parse(readFileSync(path.join(shell, 'package.json'), 'utf8'))
/** All the shell needs; the compiler is the one this React Native asks for. */
const packages = { ...manifest.dependencies, ...manifest.devDependencies }
/** As docs/react-native.md names them, each with the shape of ours it has to fit. */
const shapes = {
  '@op-engineering/op-sqlite': 'SqliteModule',
  '@pagopa/io-react-native-crypto': 'KeyModule',
  '@sbaiahmed1/react-native-biometrics': 'BiometricsModule',
  'expo-file-system': 'FileSystemModule',
  'expo-secure-store': 'SecureStoreModule',
  'react-native-keychain': 'KeychainModule',
  'react-native-quick-crypto': 'Argon2Module & Shapes.RandomModule',
  'react-native-ssl-public-key-pinning': 'PinningModule',
}
const compilers = { linux: 'linux64-bin/hermesc', darwin: 'osx-bin/hermesc', win32: 'win64-bin/hermesc.exe' }

function isInstalled() {
  return Object.entries(packages).every(([name, version]) => {
    const installed = path.join(shell, 'node_modules', name, 'package.json')
    return existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version === version
  })
}

/** False when they cannot be had, which is no fault of ours. */
function install() {
  if (isInstalled()) return true
  console.log(
    'holdfast: fetching the native packages, without running anything of theirs (700 MB, a minute) …',
  )
  // Their peers are the app's affair: of them only types would be missed, and the check says when one is.
  const words = [
    '--prefix',
    shell,
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  return spawnSync('npm', ['install', ...words], { stdio: 'inherit' }).status === 0 && isInstalled()
}

/** The compiler finds packages from where it stands. */
function settle() {
  mkdirSync(folder, { recursive: true })
  writeFileSync(file('package.json'), JSON.stringify({ private: true, type: 'module' }))
  rmSync(file('node_modules'), { recursive: true, force: true })
  symlinkSync(path.join(shell, 'node_modules'), file('node_modules'))
}

function step(name, command, words, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: folder, encoding: 'utf8', ...options })
  if (status === 0) return
  console.error(`${stdout}${stderr}\nholdfast: React Native: ${name} failed`)
  process.exit(1)
}

/** The app of the guide, word for word. */
function writeApp() {
  const guide = readFileSync(path.join(root, 'docs/react-native.md'), 'utf8')
  const [, app] = /^```ts\n([^]*?)^```$/m.exec(guide) ?? []
  writeFileSync(file('app.ts'), app ?? '')
}

/** A type that cannot be found is `any` and fits everything, so each member of ours is asked whether it is. */
function writeShapes() {
  const lines = Object.entries(shapes).flatMap(([name, shape], i) => [
    `import * as real${i} from '${name}'`,
    `real${i} satisfies Shapes.${shape}`,
    `export const vague${i}: [Vague<typeof real${i}, Shapes.${shape}>] extends [never] ? 0 : Vague<typeof real${i}, Shapes.${shape}> = 0`,
  ])
  const head = [
    `import type * as Shapes from '@holdfast/client/react-native'`,
    `type IsAny<T> = 0 extends 1 & T ? true : false`,
    `type Members<T> = { [N in keyof T]: IsAny<T[N]> extends true ? N : never }[keyof T]`,
    `type Vague<R, O> = IsAny<R> extends true ? 'all' : Members<Pick<R, keyof R & keyof O>>`,
  ]
  writeFileSync(file('shapes.ts'), [...head, ...lines, ''].join('\n'))
}

function checkTypes() {
  const types = (name) => [path.join(root, 'packages', name)]
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'preserve',
    moduleResolution: 'bundler',
    customConditions: ['react-native'],
    strict: true,
    exactOptionalPropertyTypes: false,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    paths: {
      '@holdfast/client': types('client/dist/index.d.ts'),
      '@holdfast/client/react-native': types('client/dist/platforms/react-native/index.d.ts'),
    },
  }
  writeFileSync(file('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts', 'shapes.ts'] }))
  step('checking the types', process.execPath, [bin('typescript'), '-p', folder])
}

async function bundle() {
  const { build } = await import('esbuild')
  await build({
    entryPoints: [file('app.ts')],
    outfile: file('app.js'),
    bundle: true,
    minify: true,
    format: 'cjs',
    target: 'es2022',
    supported: { 'dynamic-import': false },
    conditions: ['react-native', 'import'],
    nodePaths: [path.join(root, 'node_modules')],
    // What Metro would bring along; ours is what is looked at.
    external: Object.keys(packages),
    logLevel: 'error',
  })
}

function compile() {
  const hermesc = file(`node_modules/hermes-compiler/hermesc/${compilers[process.platform]}`)
  step('compiling', hermesc, ['-w', '-emit-binary', '-O', '-out', file('app.hbc'), file('app.js')])
}

/** The app's own sources with the phone's half of each pair, looked at from where the phone's packages are. */
function checkApp() {
  rmSync(file('app'), { force: true })
  symlinkSync(path.join(root, 'bank/app'), file('app'))
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'preserve',
    moduleResolution: 'bundler',
    moduleSuffixes: ['.native', ''],
    preserveSymlinks: true,
    customConditions: ['react-native'],
    jsx: 'react-jsx',
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    paths: Object.fromEntries(
      ['@holdfast/client', '@holdfast/core', 'valibot'].flatMap((name) => [
        [name, [path.join(root, 'node_modules', name)]],
        [`${name}/react-native`, [path.join(root, 'node_modules', name, 'dist/platforms/react-native')]],
      ]),
    ),
  }
  const files = [file('app/src/main.native.tsx')]
  writeFileSync(file('tsconfig.app.json'), JSON.stringify({ compilerOptions, files }))
  step("checking the types of the bank's app", process.execPath, [
    bin('typescript'),
    '-p',
    file('tsconfig.app.json'),
  ])
}

/** Kilobytes of Hermes bytecode. */
function exportApp(platform) {
  const out = file(`export-${platform}`)
  rmSync(out, { recursive: true, force: true })
  const env = { ...process.env, CI: '1', EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1' }
  const cli = path.join(shell, 'node_modules/expo/bin/cli')
  const words = [cli, 'export', '--platform', platform, '--output-dir', out]
  step(`exporting the bank's app for ${platform}`, process.execPath, words, { cwd: shell, env })
  const found = readdirSync(out, { recursive: true }).find((name) => name.endsWith('.hbc'))
  if (found === undefined) throw new Error(`there is no bytecode for ${platform}`)
  return statSync(path.join(out, found)).size
}

ensureBuilt('packages/client')
if (compilers[process.platform] === undefined || !install()) {
  console.log('holdfast: React Native: NOT CHECKED, its packages cannot be had here')
  process.exit(0)
}
settle()
rmSync(file('app.hbc'), { force: true })
writeApp()
writeShapes()
checkTypes()
console.log('React Native: the platform and the app of the guide fit the types of the real packages')
await bundle()
const script = readFileSync(file('app.js'))
compile()
const kilobytes = (bytes) => `${Math.round(bytes / 1024)} KiB`
console.log(
  `React Native: client and platform are ${kilobytes(script.length)} minified, ${kilobytes(gzipSync(script).length)} with gzip; ` +
    `hermesc ${packages['hermes-compiler']} makes ${kilobytes(statSync(file('app.hbc')).size)} of bytecode`,
)
checkApp()
const sizes = ['android', 'ios'].map((platform) => `${platform} ${kilobytes(exportApp(platform))}`)
console.log(
  `React Native: the bank's app fits the types of React Native, and its export is ${sizes.join(', ')} of bytecode`,
)
console.log('React Native: nothing native was run')
