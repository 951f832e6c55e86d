// Why: what the bank looks like is seen, not argued about. Walks its app on a phone-sized Chromium and its console on a wide one through every
// screen, by day and by night, and prints the folder the pictures are in. Usage: npm run screenshots [FOLDER] [TOUR …]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureBuilt, ensurePages, root } from './ensure.mjs'

ensureBuilt('bank/demo')
ensurePages('bank/app', 'bank/console')
const { deployBank } = await import('../bank/demo/dist/deployment.js')
const { createCamera } = await import('./screenshots/camera.mjs')
const { openPhone } = await import('./screenshots/phone.mjs')
const { tourStart } = await import('./screenshots/start.mjs')

const found = spawnSync(process.execPath, [path.join(root, 'tools/chromium.mjs')], { encoding: 'utf8' })
if (found.status !== 0) process.exit(1)
const [folder = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-')), ...wanted] = process.argv.slice(2)
const camera = createCamera(folder)
const profiles = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-profiles-'))
const bank = await deployBank()
const studio = { bank, address: await bank.serveApp(), camera, chromiumPath: found.stdout.trim(), profiles }
try {
  const phone = await openPhone({ studio, tour: 'start' })
  try {
    await tourStart(phone, bank)
  } catch (error) {
    console.log(await phone.page.locator('body').ariaSnapshot())
    throw error
  }
  await phone.close()
} finally {
  await bank.close()
  rmSync(profiles, { recursive: true, force: true, maxRetries: 10 })
}
console.log(camera.faults, camera.count())
console.log(folder)
