/** The console as operators use it: in a real browser, with the keyboard, against a real gateway and phones that really enrol. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtPage } from '../../app/test/built-page.ts'
import { openWindows } from '../../../packages/client/test/web/browser.ts'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { bathroom, type Customer } from './customer.ts'
import { type Credentials, openConsole, type OpenConsole, openStage, type Stage } from './stage.ts'

const patience = { timeout: 20_000 }
const minute = 60_000

describe.skipIf(chromiumPath === null)(inChromium('the console'), { timeout: 60_000 }, () => {
  const faults: string[] = []
  let stage: Stage
  let built: string
  let console: OpenConsole
  let at = Date.now()
  let anna: Credentials
  let ben: Credentials
  let windows: Browser
  let browser: BrowserContext
  let page: Page
  let ines: Customer

  async function openPage(context: BrowserContext): Promise<Page> {
    const opened = await context.newPage()
    opened.setDefaultTimeout(patience.timeout)
    opened.on('pageerror', (error) => faults.push(String(error)))
    opened.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) faults.push(message.text())
    })
    await opened.goto(console.address)
    await opened.getByRole('heading', { name: 'Sign in' }).waitFor()
    return opened
  }
  async function signIn(on: Page, { name, secret }: Credentials): Promise<void> {
    await on.getByLabel('Name').fill(name)
    await on.getByLabel('Secret').fill(secret)
    await on.keyboard.press('Enter')
  }
  /** Leaves whatever field has the focus, and jumps. */
  async function jump(letter: string, heading: string, on = page): Promise<void> {
    await on.keyboard.press('Escape')
    await on.keyboard.press('g')
    await on.keyboard.press(letter)
    await on.getByRole('heading', { name: heading, level: 1 }).waitFor()
  }

  beforeAll(async () => {
    ;[stage, built, windows] = await Promise.all([openStage(), builtPage('bank/console'), openWindows()])
    browser = await windows.newContext()
    anna = await stage.addOperator('anna')
    ben = await stage.addOperator('ben')
    console = await openConsole(stage, { page: built, clock: { now: () => at } })
    page = await openPage(browser)
  })
  afterAll(async () => {
    await windows.close()
    await console.close()
    await stage.close()
  })

  it('says that a secret is wrong, and opens with the right one', async () => {
    await signIn(page, { name: 'anna', secret: 'hfo_wrong' })
    await page.getByText('Name or secret is wrong.').waitFor()
    await signIn(page, anna)
    await page.getByText('No payment waits.').waitFor()
    // What the browser keeps of it is no secret of hers.
    const kept = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie)
    expect(kept).not.toContain(anna.secret)
  })

  it('stays signed in over a reload', async () => {
    await page.reload()
    await page.getByText('No payment waits.').waitFor()
  })

  it('makes a code that really enrols, and shows how far the customer is', async () => {
    await jump('a', 'Activations')
    await page.keyboard.press('/')
    await page.keyboard.type('maria')
    await page.keyboard.press('Tab')
    await page.keyboard.type('+44 20 7946 0042')
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'The activation code as a picture' }).waitFor()
    await page.getByText(/^Good for (10:00|9:5\d)$/).waitFor()
    const code = (await page.locator('.code-text').textContent()) ?? ''
    expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/)
    await stage.enrol(code, 'Pixel 8')
    await page.getByText('A phone of maria is bound.').waitFor()
    expect(await page.getByText(code).count()).toBe(0)
  })

  it('finds a customer’s device, shows its state, and revokes it after asking by name', async () => {
    await jump('d', 'Customers’ devices')
    await page.keyboard.press('/')
    await page.keyboard.type('maria')
    await page.keyboard.press('Enter')
    await page.getByText('Devices of maria').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByText(/^Cooling until /).waitFor()
    await page.getByRole('button', { name: 'Revoke' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Revoke “Pixel 8” of maria?' })
    // The focus is on the way out: one Enter too many revokes nothing.
    expect(
      await dialog.getByRole('button', { name: 'Cancel' }).evaluate((one) => one === document.activeElement),
    ).toBe(true)
    await dialog.getByRole('button', { name: 'Revoke Pixel 8' }).press('Enter')
    await page.getByText('Pixel 8 is revoked.').waitFor()
    await page.getByText(/^Removed /).waitFor()
    expect(await page.getByRole('button', { name: 'Revoke' }).count()).toBe(0)
  })

  it('wipes another one, which stays in the list', async () => {
    await stage.enrol(await stage.activate('jonas'), 'Fairphone')
    await page.goto(`${console.address}/#/devices?user=jonas`)
    await page.getByRole('link', { name: 'Fairphone' }).press('Enter')
    await page.getByRole('button', { name: 'Wipe' }).press('Enter')
    await page.getByRole('button', { name: 'Wipe Fairphone' }).press('Enter')
    await page.getByText(/^Fairphone (is wiped|had nothing left to wipe)\.$/).waitFor()
    await page.getByRole('link', { name: 'Fairphone' }).waitFor()
  })

  it('shows all of it in the audit, live, by user and by action', async () => {
    await jump('l', 'Audit')
    const row = (action: string, text: string) =>
      page.getByRole('row').filter({ hasText: action }).filter({ hasText: text })
    await row('device.revoked', 'anna').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('ines')
    await page.getByText('No entry fits').waitFor()
    await stage.activate('ines')
    await row('activation.issued', 'ines').waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Pause' }).press('p')
    await stage.activate('ines')
    await page.getByText('Paused; 1 new entry').waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.keyboard.press('p')
    await expect.poll(() => page.getByRole('row').count(), patience).toBe(3)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Devices of ines' }).waitFor()
  })

  it('holds a payment until two operators have released it', async () => {
    ines = await stage.customer('ines')
    const held = await ines.payHeld(bathroom)
    await jump('h', 'Held payments')
    await page.getByRole('link', { name: /^Holds 1/ }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByText('The amount is above a limit of this customer or this device.').waitFor()
    await page.getByRole('definition').filter({ hasText: 'DE89 3704 0044 0532 0130 00' }).waitFor()
    const release = page.getByRole('button', { name: 'Release' })
    await release.press('Enter')
    await page.getByText('Call the customer before you release it.').waitFor()
    await page.getByLabel('I called the customer').check()
    await release.press('Enter')
    await page.getByText('Write down what you decided on.').waitFor()
    await page.keyboard.type('Knows the builder.')
    await release.press('Enter')
    await page.getByText('Noted. Another operator has to release it as well.').waitFor()
    await page.getByText('You have decided.').waitFor()
    expect(await release.count()).toBe(0)

    const other = await openPage(await windows.newContext())
    await signIn(other, ben)
    await other.getByText('1 of 2').waitFor()
    await other.keyboard.press('j')
    await other.keyboard.press('Enter')
    await other.getByText('released by anna').waitFor()
    await other.getByText('Called the customer. Knows the builder.').waitFor()
    await other.getByText('needs another operator').waitFor()
    await other.getByLabel('I called the customer').check()
    await other.keyboard.press('n')
    await other.keyboard.type('Same story.')
    await other.getByRole('button', { name: 'Release' }).press('Enter')
    await other.getByText('Released. The customer can send it now.').waitFor()
    expect(await held.sendAgain()).toBe(201)
    await page.getByText('This payment is not in this list any more').waitFor()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.close()
  })

  it('refuses one after asking, by one operator alone', async () => {
    const held = await ines.payHeld({ ...bathroom, amount: { currency: 'EUR', value: '2500.00' } })
    await page.goto(`${console.address}/#/holds`)
    await page.getByRole('link', { name: '€2,500.00' }).press('Enter')
    await page.getByLabel('Note').fill('Did not send it.')
    await page.getByRole('button', { name: 'Refuse' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Refuse “Transfer €2,500.00” of ines?' })
    await dialog.getByRole('button', { name: 'Refuse' }).press('Enter')
    await page.getByText('Refused. Nothing will be paid.').waitFor()
    expect(await held.sendAgain()).toBe('approval_refused')
    await page.getByLabel('Show').selectOption('Refused')
    await page.getByRole('link', { name: '€2,500.00' }).press('Enter')
    await page.getByText('refused by anna').waitFor()
    expect(await page.getByRole('button', { name: 'Release' }).count()).toBe(0)
  })

  it('shows how the gateway is', async () => {
    await jump('s', 'Health')
    await page.getByText('The gateway runs and its stores answer.').waitFor()
    await page.getByRole('row').filter({ hasText: 'wrapping' }).waitFor()
    await page.getByText('0.1.0').waitFor()
  })

  it('adds an operator when two ask for him; his secret is shown once and works, and he is removed', async () => {
    const ask = async (on: Page): Promise<void> => {
      await jump('o', 'Operators', on)
      await on.getByLabel('Name').fill('carl')
      await on.keyboard.press('Enter')
    }
    await ask(page)
    await page.getByText('Your word is noted: another operator has to say the same.').waitFor()
    const other = await openPage(await windows.newContext())
    await signIn(other, ben)
    await other.getByText('No payment waits.').waitFor()
    await ask(other)
    await other.getByRole('heading', { name: 'Credentials of carl' }).waitFor()
    const secret = (await other.locator('.secret').textContent()) ?? ''
    await other.getByRole('button', { name: 'I have handed them over' }).press('Enter')
    expect(await other.getByText(secret).count()).toBe(0)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await signIn(other, { name: 'carl', secret })
    await other.getByRole('heading', { name: 'Operators', level: 1 }).waitFor()
    await jump('h', 'Held payments')
    await jump('o', 'Operators')
    await page.getByRole('button', { name: 'Remove carl' }).press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove carl' }).press('Enter')
    await page.getByText('carl is removed.').waitFor()
    await other.getByText('the gateway does not know you as an operator any more').waitFor()
    await other.close()
  })

  it('tells its keys', async () => {
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' })
  })

  it('warns a minute before the session ends, and forgets it when nobody is there', async () => {
    at += 14 * minute + 10_000
    await page.getByText(/^You will be signed out in \d+ s\./).waitFor()
    await page.getByRole('button', { name: 'Stay signed in' }).click()
    await page.getByText(/^You will be signed out in/).waitFor({ state: 'detached' })
    at += 15 * minute
    await page.getByText('You were signed out after 15 minutes without doing anything.').waitFor()
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
  })

  it('signs out, and another tab hears of it', async () => {
    await signIn(page, anna)
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    const tab = await browser.newPage()
    await tab.goto(console.address)
    await tab.getByRole('button', { name: 'Sign out' }).waitFor(patience)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    await tab.getByText('You are signed out.').waitFor(patience)
  })

  it('says when the gateway is gone, that what it shows may be old', async () => {
    await signIn(page, anna)
    await page.getByRole('link', { name: 'Audit' }).press('Enter')
    await page.getByRole('columnheader', { name: 'Detail' }).waitFor()
    await stage.stopGateway()
    await page.getByText('What you see may be old: The gateway does not answer.').waitFor()
    expect(await page.getByRole('columnheader', { name: 'Detail' }).count()).toBe(1)
    await jump('o', 'Operators')
    await page.getByText('The gateway does not answer', { exact: true }).waitFor()
  })

  it('has nothing the policy of the page refuses, and no error nobody caught', () => {
    expect(faults).toEqual([])
  })
})
