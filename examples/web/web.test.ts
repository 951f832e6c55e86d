/** The demo bank's page as somebody uses it: served as `npm start` serves it, in a real browser, with the keyboard alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, openBrowser } from '../../packages/client/test/web/browser.ts'
import { chromiumPath, inChromium } from '../../packages/client/test/web/chromium.ts'
import { nodeBackend } from '../main-job/src/backend.ts'
import { deploy, type Deployment } from '../main-job/src/deployment.ts'

const passcode = '739264'
const patience = { timeout: 20_000 }

describe.skipIf(chromiumPath === null)(inChromium('the demo bank'), { timeout: 60_000 }, () => {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-demo-'))
  const faults: string[] = []
  let deployment: Deployment
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    deployment = await deploy(nodeBackend)
    browser = await openBrowser(profile)
    page = await browser.context.newPage()
    page.setDefaultTimeout(patience.timeout)
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) faults.push(message.text())
    })
    await page.goto(await deployment.servePage())
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await deployment.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
  })

  const heading = (name: string): Promise<void> => page.getByRole('heading', { name }).waitFor()
  async function type(text: string): Promise<void> {
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }

  it('binds a browser, takes a passcode twice, and shows the account', async () => {
    await heading('Welcome')
    await page.getByLabel('Activation code').focus()
    await type('not a code')
    await page.getByText('There is a slip in the code').waitFor()
    await page.getByLabel('Activation code').fill(await deployment.activate('ann'))
    await page.keyboard.press('Enter')
    await heading('Check your messages')
    const text = await deployment.lastText()
    expect(text).toContain(await page.locator('.phrase').textContent())
    await page.getByLabel('6 digits from the text').focus()
    await type(/\b\d{6}\b/.exec(text)?.[0] ?? '')
    await heading('Choose a passcode')
    await type('123456')
    await page.getByText('Too easy').first().waitFor()
    await type(passcode)
    await heading('Type it once more')
    await type(passcode)
    await heading('Open with finger or face?')
    await page.getByRole('button', { name: 'Not now' }).press('Enter')
    await page.getByText('€1,000.00').waitFor()
    await page.getByText('Up to date').waitFor()
  })

  it('is locked after a reload; wrong passcodes are counted, the right one opens', async () => {
    await page.reload()
    await heading('Welcome back')
    await type('618350')
    await page.getByText('4 tries are left before a pause').waitFor()
    await type(passcode)
    await page.getByText('€1,000.00').waitFor()
  })

  it('says what it cannot do without a connection', async () => {
    await page.reload()
    await heading('Welcome back')
    await browser.context.setOffline(true)
    await type(passcode)
    await page.getByText('No connection').waitFor()
    await browser.context.setOffline(false)
    await type(passcode)
    await page.getByText('Up to date').waitFor()
  })

  it('has nothing the policy of the page refuses, and no error nobody caught', () => {
    expect(faults).toEqual([])
  })
})
