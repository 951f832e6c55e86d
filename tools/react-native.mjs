// Why: no phone here, and types, bundle and bytecode of React Native's own compiler can still be checked: `npm run check:react-native`. The
// packages lie in a cache of their own, without manifest or lock; nobody needs 540 MB of them for `npm start` and `npm test`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { bin, ensureBuilt, root } from './ensure.mjs'

const folder = path.join(root, 'node_modules/.cache/holdfast-react-native')
const file = (name) => path.join(folder, name)
/** As docs/react-native.md names them, each with the shape of ours it has to fit. */
const native = {
  '@op-engineering/op-sqlite': ['18.2.5', 'SqliteModule'],
  '@pagopa/io-react-native-crypto': ['1.2.5', 'KeyModule'],
  '@sbaiahmed1/react-native-biometrics': ['0.15.1', 'BiometricsModule'],
  'expo-file-system': ['57.0.7', 'FileSystemModule'],
  'expo-secure-store': ['57.0.4', 'SecureStoreModule'],
  'react-native-keychain': ['10.0.0', 'KeychainModule'],
  'react-native-quick-crypto': ['1.1.7', 'Argon2Module & Shapes.RandomModule'],
  'react-native-ssl-public-key-pinning': ['1.2.6', 'PinningModule'],
}
/** The compiler is the one this React Native asks for. */
const packages = {
  ...Object.fromEntries(Object.entries(native).map(([name, [version]]) => [name, version])),
  'hermes-compiler': '250829098.0.17',
  'react-native': '0.86.3',
}
const compilers = { linux: 'linux64-bin/hermesc', darwin: 'osx-bin/hermesc', win32: 'win64-bin/hermesc.exe' }

function isInstalled() {
  return Object.entries(packages).every(([name, version]) => {
    const manifest = file(`node_modules/${name}/package.json`)
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version
  })
}

/** False when they cannot be had, which is no fault of ours. */
function install() {
  if (isInstalled()) return true
  console.log(
    'holdfast: fetching the native packages, without running anything of theirs (540 MB, a minute) …',
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    file('package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: packages }),
  )
  // Their peers are the app's affair: of them only types would be missed, and the check says when one is.
  const words = [
    '--prefix',
    folder,
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  return spawnSync('npm', ['install', ...words], { stdio: 'inherit' }).status === 0 && isInstalled()
}

function step(name, command, words) {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: folder, encoding: 'utf8' })
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
  const lines = Object.entries(native).flatMap(([name, [, shape]], i) => [
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

ensureBuilt('packages/client')
if (compilers[process.platform] === undefined || !install()) {
  console.log('holdfast: React Native: NOT CHECKED, its packages cannot be had here')
  process.exit(0)
}
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
console.log('React Native: nothing native was run')
