// Why: the suites of the web platform need a real browser. Prints the path of one; installs Debian's Chromium where this runs as root beside
// apt-get, and says so. `--find` only looks. HOLDFAST_CHROMIUM names another one.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Null when there is none. */
function findChromium() {
  const named = process.env.HOLDFAST_CHROMIUM
  if (named !== undefined) return isProgram(named) ? named : null
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isProgram) ?? null
}

function aptGet(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // Its output is not ours: the path alone goes to standard output.
  return spawnSync('apt-get', ['-qq', ...words], { env, stdio: ['ignore', 2, 2] }).status === 0
}

function installChromium() {
  if (process.getuid?.() !== 0 || process.env.HOLDFAST_CHROMIUM !== undefined) return
  console.error('holdfast: installing chromium with apt-get (some 20 seconds) …')
  if (aptGet('update')) aptGet('install', '-y', '--no-install-recommends', 'chromium')
}

if (findChromium() === null && !process.argv.includes('--find')) installChromium()
const found = findChromium()
if (found === null) {
  console.error('holdfast: no Chromium here; install one, or name it in HOLDFAST_CHROMIUM')
  process.exitCode = 1
} else console.log(found)
