// Why: the suite "Hermes" runs core and client in the Hermes VM of hermes-engine-cli, which knows no classes; Babel rewrites them. It is
// 135 packages nobody else needs, so it lies in a cache of its own, without manifest or lock; without it the suite says that it is skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureInstalled, root, run } from './ensure.mjs'

const folder = path.join(root, 'node_modules/.cache/holdfast-hermes')
const packages = { '@babel/core': '7.29.13', '@babel/preset-env': '7.29.14' }

const machines = { linux: 'linux64-bin/hermes', darwin: 'osx-bin/hermes', win32: 'win64-bin/hermes.exe' }

ensureInstalled()
const machine = path.join(root, 'node_modules/hermes-engine-cli', machines[process.platform] ?? 'none')
if (spawnSync(machine, ['-version']).status !== 0) {
  console.error('holdfast: Hermes does not run here; its suite is skipped')
  process.exit(1)
}
const manifest = path.join(folder, 'package.json')
if (!existsSync(path.join(folder, 'node_modules/@babel/preset-env'))) {
  console.log('holdfast: installing Babel for the Hermes suite (27 MB, some 10 seconds) …')
  mkdirSync(folder, { recursive: true })
  writeFileSync(manifest, JSON.stringify({ private: true, dependencies: packages }))
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  run('npm', ['install', '--prefix', folder, ...quiet])
}
console.log('holdfast: Babel is there; the Hermes suite runs: npx vitest run packages/client/test/hermes')
