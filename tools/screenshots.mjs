// Why: what the bank looks like is seen, not argued about. Walks its app on a phone-sized Chromium and its console on a wide one through every
// screen, by day and by night, and prints the folder the pictures are in. Usage: npm run screenshots [-- FOLDER [TOUR …]]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureBuilt, ensurePages, root } from './ensure.mjs'

ensureBuilt('bank/demo')
ensurePages('bank/app', 'bank/console')
const { chromium } = await import('playwright-core')
const { deployBank } = await import('../bank/demo/dist/deployment.js')
const { createCamera } = await import('./screenshots/camera.mjs')
const { tours } = await import('./screenshots/tours.mjs')

const found = spawnSync(process.execPath, [path.join(root, 'tools/chromium.mjs')], { encoding: 'utf8' })
if (found.status !== 0) process.exit(1)
const [folder = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-')), ...wanted] = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in tours))
if (unknown.length > 0) {
  console.error(`no tour ${unknown.join(', ')}; there are ${Object.keys(tours).join(', ')}`)
  process.exit(2)
}

const profiles = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-profiles-'))
const camera = createCamera(folder)
const bank = await deployBank()
const contexts = []
/** Kept until the end, so that none outlives this process. */
async function launch(profile, options) {
  const context = await chromium.launchPersistentContext(path.join(profiles, profile), {
    executablePath: found.stdout.trim(),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    reducedMotion: 'reduce',
    ...options,
  })
  contexts.push(context)
  return context
}
/** What stands on every screen that is open. */
async function showAll() {
  for (const [i, page] of contexts.flatMap((context) => context.pages()).entries())
    await page.screenshot({ path: path.join(folder, `failed-${i}.png`) }).catch(() => undefined)
}

try {
  const studio = { bank, address: await bank.serveApp(), camera, launch, profiles }
  for (const name of wanted.length > 0 ? wanted : Object.keys(tours)) {
    const before = camera.count()
    await tours[name](studio)
    console.log(`${name}: ${camera.count() - before} pictures`)
  }
} catch (error) {
  await showAll()
  throw error
} finally {
  for (const context of contexts) await context.close()
  await bank.close()
  rmSync(profiles, { recursive: true, force: true, maxRetries: 10 })
}
for (const fault of camera.faults) console.error(fault)
console.log(`${camera.count()} pictures in ${folder}, ${camera.faults.length} faults`)
process.exitCode = camera.faults.length === 0 ? 0 : 1
