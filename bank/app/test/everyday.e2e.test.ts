/** What is beside paying: cards and their PINs, payees, standing orders. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { type Hands, handsOf } from './hands.ts'
import { faultsOf, openStage, type Phone, type Stage } from './stage.ts'

describe.skipIf(chromiumPath === null)(inChromium('the app, every day'), { timeout: 120_000 }, () => {
  let stage: Stage
  let phone: Phone
  let page: Phone['page']
  let hands: Hands
  beforeAll(async () => {
    stage = await openStage()
    phone = await stage.openPhone({ ownClock: true })
    page = phone.page
    hands = handsOf(phone)
    await phone.activate('jonas')
  })
  afterAll(() => stage.close())

  const pin = () => page.getByRole('img', { name: /^Your PIN:/ })
  /** What is on the screen, in words and in what is read aloud. */
  const everything = (): Promise<string> => page.evaluate(() => document.documentElement.outerHTML)
  const spaced = (digits: string): string => Array.from(digits).join(' ')
  async function showPin(): Promise<string> {
    await hands.press('Show PIN')
    await pin().waitFor()
    return (await pin().innerText()).replaceAll(/\s/g, '')
  }

  it('shows a PIN for ten seconds, and then nowhere', async () => {
    await page.getByRole('tab', { name: 'Cards' }).click()
    await page.getByRole('img', { name: /^Everyday card, ends in 7164, good until \d\d\/\d\d$/ }).waitFor()
    const faults = await faultsOf(page, 'cards')
    const digits = await showPin()
    expect(digits).toMatch(/^\d{4}$/)
    // One by one: nobody reads a PIN as thousands.
    expect(await pin().getAttribute('aria-label')).toBe(`Your PIN: ${spaced(digits)}`)
    expect(await everything()).toContain(`Your PIN: ${spaced(digits)}`)
    faults.push(...(await faultsOf(page, 'PIN')))
    await page.clock.runFor(10_000)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await everything()).not.toContain(`Your PIN: ${spaced(digits)}`)
    expect(faults).toEqual([])
  })

  it('has the same PIN again for who asks again, and hides it at once when wanted', async () => {
    const digits = await showPin()
    await hands.press('Hide now')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await showPin()).toBe(digits)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('hides a PIN when the app goes out of sight', async () => {
    const digits = await showPin()
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await everything()).not.toContain(`Your PIN: ${spaced(digits)}`)
    await page.evaluate(() => {
      Reflect.deleteProperty(document, 'visibilityState')
    })
  })

  it('says so when a PIN cannot be had', async () => {
    await phone.context.setOffline(true)
    await hands.press('Show PIN')
    await page.clock.runFor(10_000)
    await page.getByText('No connection. Check your network and try again.').waitFor({ timeout: 60_000 })
    await phone.context.setOffline(false)
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('freezes a card and takes it back', async () => {
    await hands.press('Freeze card')
    await page.getByRole('img', { name: /^Everyday card, .*, Frozen$/ }).waitFor()
    await page.getByText('Nobody can pay with this card.').waitFor()
    const faults = await faultsOf(page, 'frozen card')
    await hands.press('Use again')
    await page.getByRole('button', { name: 'Freeze card' }).waitFor()
    expect(faults).toEqual([])
  })

  it('takes a payee in when that is approved, and lets him go', async () => {
    await hands.home()
    await hands.press('Payees')
    const faults = await faultsOf(page, 'payees')
    await hands.press('Add payee')
    faults.push(...(await faultsOf(page, 'new payee')))
    await page.getByLabel('IBAN').fill('IE29AIBK93115212345678')
    await page.getByLabel('Name of the account holder').fill('Orla Byrne')
    await page.getByText('The name could not be checked').waitFor()
    await hands.press('Add payee')
    await hands.sheet()
    expect(await hands.lines()).toEqual([
      'New payee',
      'Name',
      'Orla Byrne',
      'Account',
      'IE29 AIBK 9311 5212 3456 78',
    ])
    await hands.press('Approve with finger or face')
    await hands.press(/^Orla Byrne/)
    await page.getByText('Never paid').waitFor()
    faults.push(...(await faultsOf(page, 'payee')))
    await hands.press('Remove payee')
    await page.getByText(/^Remove Orla Byrne\?/).waitFor()
    faults.push(...(await faultsOf(page, 'remove payee')))
    await hands.press('Remove payee')
    await page.getByRole('button', { name: /^Orla Byrne/ }).waitFor({ state: 'detached' })
    await hands.home()
    expect(faults).toEqual([])
  })

  it('sets up a standing order from a day that is chosen, and ends it', async () => {
    await hands.home()
    await page.getByRole('tab', { name: 'Payments' }).click()
    await hands.press(/^Standing orders/)
    await page.getByText('Vermietung Holt').waitFor()
    const faults = await faultsOf(page, 'standing orders')
    await hands.press('New standing order')
    await hands.press(/^Segelverein Haven/)
    await page.getByRole('textbox', { name: 'Amount in EUR' }).fill('40')
    await hands.press('Continue')
    await page.getByRole('radio', { name: 'Every week' }).click()
    await page.getByLabel('Reference').fill('Berth')
    faults.push(...(await faultsOf(page, 'review of a standing order')))
    await hands.press(/^First payment/)
    await hands.press('Month after')
    faults.push(...(await faultsOf(page, 'calendar')))
    const day = page.getByRole('button', { name: /\b15\b/ })
    const chosen = await day.getAttribute('aria-label')
    await day.click()
    await hands.press('Set up')
    await hands.sheet()
    const lines = await hands.lines()
    expect(lines.join('\n')).toMatch(
      new RegExp(
        '^Standing order\nAmount\nEUR 40\\.00\nTo\nSegelverein Haven\nAccount\nDE\\d\\d [\\d ]+\nReference\nBerth\n' +
          'Every\nweek\nFirst on\n\\d{4}-\\d\\d-15$',
      ),
    )
    expect(new Date(String(lines.at(-1))).toLocaleDateString('en-GB', { weekday: 'long' })).toBe(
      chosen?.split(/,? /)[0],
    )
    await hands.press('Approve with finger or face')
    await page.getByText('Your standing order to Segelverein Haven is set up.').waitFor()
    await hands.press(/^Segelverein Haven/)
    faults.push(...(await faultsOf(page, 'standing order')))
    await hands.press('End this standing order')
    await page.getByText(/^Pay Segelverein Haven no more\?/).waitFor()
    faults.push(...(await faultsOf(page, 'end of a standing order')))
    await hands.press('End this standing order')
    await page.getByRole('button', { name: /^Segelverein Haven/ }).waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })
})
