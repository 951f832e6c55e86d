// Why: what the bank looks like is seen, not argued about. Walks its app on a phone-sized Chromium and its console on a wide one through every
// screen, by day and by night, and prints the folder the pictures are in. Usage: npm run screenshots [FOLDER] [TOUR …]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureBuilt, ensurePages, root } from './ensure.mjs'

if (process.env.FAST === undefined) {
  ensureBuilt('bank/demo')
  ensurePages('bank/app', 'bank/console')
}
const { deployBank } = await import('../bank/demo/dist/deployment.js')
const { createCamera } = await import('./screenshots/camera.mjs')
const { openPhone } = await import('./screenshots/phone.mjs')
const { bind, arrive, tourStart } = await import('./screenshots/start.mjs')
const { tourDaily } = await import('./screenshots/daily.mjs')
const { tourMoney } = await import('./screenshots/money.mjs')
const { tourSecurity } = await import('./screenshots/security.mjs')
const { tourStanding, tourCloned } = await import('./screenshots/standing.mjs')

const found = spawnSync(process.execPath, [path.join(root, 'tools/chromium.mjs')], { encoding: 'utf8' })
if (found.status !== 0) process.exit(1)
const [folder = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-')), ...wanted] = process.argv.slice(2)
const camera = createCamera(folder)
const profiles = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-profiles-'))
const bank = await deployBank()
const studio = { bank, address: await bank.serveApp(), camera, chromiumPath: found.stdout.trim(), profiles }
try {
  const phone = await openPhone({ studio, tour: wanted[0] })
  try {
    if (wanted[0] === 'start') await tourStart(phone, bank)
    else {
      await bind(phone, bank, 'maria')
      await arrive(phone, true)
    }
    if (wanted[0] === 'security') {
      const other = await openPhone({ studio, tour: 'other' })
      await bind(other, bank, 'maria', 'Old phone')
      await arrive(other, false)
      await other.close()
      await tourSecurity(phone)
    }
    if (wanted[0] === 'standing') await tourStanding(phone, bank)
    if (wanted[0] === 'cloned') await tourCloned(studio)
    if (wanted[0] === 'daily') await tourDaily(phone)
    if (wanted[0] === 'money') {
      const jonas = await openPhone({ studio, tour: 'other' })
      await bind(jonas, bank, 'jonas')
      await arrive(jonas, false)
      await jonas.choose('Everyday')
      const iban = await jonas.page
        .getByText(/^DE[\d ]+$/)
        .first()
        .textContent()
      await jonas.close()
      await tourMoney({ ...phone, ibanOfJonas: iban })
    }
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
