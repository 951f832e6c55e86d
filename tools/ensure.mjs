// Why: `npm start` and `npm test` are the only commands a newcomer needs, so each installs and builds what is missing
// by itself and says so. Built-ins only: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const minimum = [20, 19, 4]

function checkNode() {
  const version = process.versions.node.split('.').map(Number)
  const differing = version.findIndex((part, i) => part !== minimum[i])
  if (differing !== -1 && version[differing] < (minimum[differing] ?? 0)) {
    console.error(`Holdfast needs Node ${minimum.join('.')} or newer; this is ${process.versions.node}.`)
    process.exit(1)
  }
}

/** Runs a command in the project's root with its output shown; ends this process with its status when it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (error !== undefined) console.error(error.message)
  if (status !== 0) process.exit(status ?? 1)
}

function isInstalled() {
  const stamp = path.join(root, 'node_modules/.package-lock.json')
  return (
    existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs
  )
}

export function bin(name) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'))
  const entry = typeof manifest.bin === 'string' ? manifest.bin : Object.values(manifest.bin)[0]
  return path.join(root, 'node_modules', name, entry)
}

export function ensureInstalled() {
  checkNode()
  if (isInstalled()) return
  console.log(
    'holdfast: installing dependencies (npm install, versions and digests from package-lock.json), once …',
  )
  // Not `npm ci`: it wants the lock to name the optional binaries of every platform, also those a registry does not carry.
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Builds one workspace and what it needs; without a name everything, tests checked too. */
export function ensureBuilt(workspace) {
  ensureInstalled()
  console.log('holdfast: building (tsc -b) …')
  run(process.execPath, [bin('typescript'), '-b', ...(workspace === undefined ? [] : [workspace])])
}

/** Builds the pages of the bank; what they are made of is built before. */
export function ensurePages(...pages) {
  for (const page of pages)
    run(process.execPath, [
      bin('vite'),
      'build',
      '--config',
      path.join(root, page, 'vite.config.ts'),
      '--logLevel',
      'warn',
    ])
}
