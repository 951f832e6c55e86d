// Why: what the demo bank looks like is seen, not argued about. Walks a phone-sized Chromium through every screen, light and dark, against
// a gateway of its own, and prints the folder the pictures are in. Usage: npm run screenshots [FOLDER]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureBuilt, root } from './ensure.mjs'

ensureBuilt('examples/main-job')
const { chromium, devices } = await import('playwright-core')
const { nodeBackend } = await import('../examples/main-job/dist/backend.js')
const { deploy } = await import('../examples/main-job/dist/deployment.js')
const { holdfast } = await import('../examples/main-job/dist/processes.js')
const { createClient } = await import('@holdfast/client')
const { virtualPhone } = await import('@holdfast/client/testing')

const found = spawnSync(process.execPath, [path.join(root, 'tools/chromium.mjs')], { encoding: 'utf8' })
if (found.status !== 0) process.exit(1)
const folder = process.argv[2] ?? mkdtempSync(path.join(tmpdir(), 'holdfast-screens-'))
mkdirSync(folder, { recursive: true })

const passcode = '739264'
const wrong = '618350'
const patience = 20_000

/** A finger that is always there, and always the right one. */
async function addFinger(context, page) {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2',
    ctap2Version: 'ctap2_1',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    hasPrf: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  }
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options })
}

const digits = async (deployment) => /\b\d{6}\b/.exec(await deployment.lastText())[0]

/** Another user pays this one, so that there is something to show. */
async function receive(deployment, user) {
  const { origin, pins } = deployment
  const client = createClient({ origin, trust: pins, platform: virtualPhone().platform })
  const activationCode = await deployment.activate('maria')
  const pending = await client.enrol({ activationCode, deviceName: 'Another phone' })
  await pending.confirm(await digits(deployment))
  const session = await client.unlock()
  for (const cents of [25_000, 1250]) {
    const body = JSON.stringify({ to: user, cents })
    const answer = await session.fetch('/transfers', { method: 'POST', body })
    if (answer.status !== 201) throw new Error(`the payment was answered with ${answer.status}`)
  }
  await session.end()
}

async function wipe(deployment, user) {
  const config = ['--config', path.join(deployment.folder, 'holdfast.yaml')]
  const { devices: list } = await holdfast('devices', '--user', user, ...config)
  await holdfast('wipe', list[0].id, ...config)
}

/** One browser with its user; every step is what a user does. */
async function walk(deployment, address, colorScheme, { large = false } = {}) {
  const name = large ? `${colorScheme}-large` : colorScheme
  const profile = mkdtempSync(path.join(tmpdir(), 'holdfast-screens-profile-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: found.stdout.trim(),
    args: ['--no-sandbox', '--disable-gpu'],
    ...devices['Pixel 7'],
    colorScheme,
  })
  const [page = await context.newPage()] = context.pages()
  page.setDefaultTimeout(patience)
  const faults = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text())
  })
  await addFinger(context, page)
  if (large)
    await page.addInitScript(() =>
      addEventListener('DOMContentLoaded', () => {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(':root { font-size: 150% }')
        document.adoptedStyleSheets = [sheet]
      }),
    )
  let number = 0
  const shot = async (title) => {
    number++
    const file = path.join(folder, `${name}-${String(number).padStart(2, '0')}-${title}.png`)
    await page.screenshot({ path: file, animations: 'disabled' })
    const { wide, room } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      room: document.documentElement.clientWidth,
    }))
    if (wide > room) faults.push(`${file} is ${wide - room} pixels wider than its phone`)
  }
  const press = (text) => page.getByRole('button', { name: text, exact: true }).click()
  const at = (title) => page.getByRole('heading', { name: title }).first().waitFor()
  const type = async (code, send) => {
    for (const digit of code) await press(digit)
    await press(send)
  }
  const activate = async () => {
    await page.getByLabel('Activation code').fill(await deployment.activate(name))
    await press('Continue')
    await at('Check your messages')
    await page.getByLabel('6 digits from the text').fill(await digits(deployment))
  }
  const fresh = () => page.getByText('Up to date').waitFor()

  await page.goto(address)
  await at('Welcome')
  await shot('welcome')
  await page.getByLabel('Activation code').fill('7K3M-9QXT')
  await press('Continue')
  await page.getByText('There is a slip in the code').waitFor()
  await shot('welcome-refused')
  await activate()
  await shot('text')
  await press('Bind this phone')
  await at('Choose a passcode')
  await shot('choose')
  for (const digit of '123456') await press(digit)
  await shot('choose-weak')
  for (const _ of '123456') await press('Delete last digit')
  await type(passcode, 'Continue')
  await at('Type it once more')
  await shot('choose-again')
  await type(passcode, 'Set passcode')
  await page.locator('.spinner').waitFor()
  await shot('choose-busy')
  await at('Open with finger or face?')
  await shot('offer')
  await press('Use finger or face')
  await fresh()
  await shot('home-empty')
  await receive(deployment, name)
  await press('Refresh')
  await page.getByText('From').first().waitFor()
  await shot('home')
  await press('Security')
  await at('What happened lately')
  await page.getByText('Passcode set').waitFor()
  await shot('security')
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await shot('security-end')
  await press('Lock')
  await at('Welcome back')
  await press('7')
  await press('3')
  await shot('locked')
  await press('Use letters instead')
  await shot('locked-letters')
  await press('Use digits instead')
  await type(wrong, 'Unlock')
  await page.getByText('Wrong passcode').waitFor()
  await shot('locked-refused')
  await page.getByRole('button', { name: 'Use finger or face' }).click()
  await fresh()
  await press('Security')
  await page.getByText('Passcode set').waitFor()
  await press('Remove finger or face')
  await at('Please confirm it is you')
  await shot('prompt')
  await press('Cancel')
  await page.getByText('Not done').waitFor()
  await press('Lock')
  await at('Welcome back')
  await context.setOffline(true)
  await type(passcode, 'Unlock')
  await page.getByText('Show last balance without connection').waitFor()
  await shot('no-connection')
  await press('Show last balance without connection')
  await page.getByText('Offline').waitFor()
  await shot('offline')
  await context.setOffline(false)
  await press('Unlock with connection')
  for (let i = 0; i < 12 && (await page.getByText('Too many wrong tries').count()) === 0; i++) {
    await at('Welcome back')
    await type(wrong, 'Unlock')
    await page
      .getByText(/Wrong passcode|Too many wrong tries/)
      .first()
      .waitFor()
  }
  await at('Too many wrong tries')
  await shot('waiting')
  await press('Forgot your passcode?')
  await shot('forgotten')
  await press('Lock it and start again')
  await at('Prove it is you')
  await shot('ended-forgotten')
  await press('Enter a new activation code')
  await activate()
  await press('Bind this phone')
  await at('Choose a passcode')
  await type(passcode, 'Continue')
  await at('Type it once more')
  await type(passcode, 'Set passcode')
  await at('Open with finger or face?')
  await press('Not now')
  await fresh()
  await wipe(deployment, name)
  await press('Refresh')
  await at('Wiped by your bank')
  await shot('ended-wiped')
  await context.close()
  if (faults.length > 0) throw new Error(`${name}:\n${faults.join('\n')}`)
}

const deployment = await deploy(nodeBackend)
try {
  const address = await deployment.servePage()
  await walk(deployment, address, 'light')
  await walk(deployment, address, 'dark')
  await walk(deployment, address, 'light', { large: true })
  console.log(folder)
} finally {
  await deployment.close()
}
