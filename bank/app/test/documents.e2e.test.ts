/** What the bank wrote, and what is seen without a connection: encrypted on the phone, opened in memory, and nowhere else. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { searchProfile, textForms } from '../../../packages/client/test/web/profile.ts'
import { type Customer, customerWith } from './customer.ts'
import { faultsOf, openStage, passcode, type Stage } from './stage.ts'

/** Pieces of memory a page has given an address to and not taken it away again. */
async function watchBlobs(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const open = new Set<string>()
    const create = URL.createObjectURL.bind(URL)
    const revoke = URL.revokeObjectURL.bind(URL)
    Object.assign(globalThis, { openBlobs: open })
    URL.createObjectURL = (blob: Blob): string => {
      const url = create(blob)
      open.add(url)
      return url
    }
    URL.revokeObjectURL = (url: string): void => {
      open.delete(url)
      revoke(url)
    }
  })
  return () => page.evaluate(() => (globalThis as unknown as { openBlobs: Set<string> }).openBlobs.size)
}

describe.skipIf(chromiumPath === null)(inChromium('documents on a phone'), { timeout: 120_000 }, () => {
  let stage: Stage
  let maria: Customer
  beforeAll(async () => {
    stage = await openStage()
    maria = customerWith(await stage.openPhone({ ownClock: true }))
    await maria.activate('maria')
  })
  afterAll(() => stage.close())

  it('stores a document as the bank encrypted it, and opens it in memory', async () => {
    const { page, hands, says, open } = maria
    const blobs = await watchBlobs(page)
    await open('Documents')
    const row = () => page.getByRole('button', { name: /^Everyday, / }).filter({ visible: true })
    await row().first().waitFor()
    const faults = await faultsOf(page, 'documents')
    const here = () => page.getByRole('button', { name: /On this phone$/ }).filter({ visible: true })
    expect(await here().count()).toBe(0)
    await row().first().click()
    await page.locator('iframe').waitFor()
    await expect
      .poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-extension:')), {
        timeout: 20_000,
      })
      .toBe(true)
    expect(await blobs()).toBe(1)
    faults.push(...(await faultsOf(page, 'document')))
    await hands.press('About this document')
    await page.getByRole('switch', { name: 'Keep for when there is no connection' }).click()
    await says(/^Opens with finger or face until /)
    faults.push(...(await faultsOf(page, 'about a document')))
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await hands.press('Back')
    await says('One document is on this phone, encrypted.')
    expect(await here().count()).toBe(1)
    expect(await blobs()).toBe(0)
    expect(await page.locator('iframe').count()).toBe(0)
    await page.getByRole('radio', { name: 'Tax' }).click()
    await says(/^Tax certificate /)
    expect(await row().count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('shows the last data without a connection, and one document its user wanted there', async () => {
    const { page, hands, says, context } = maria
    await hands.home()
    await page.reload()
    await context.setOffline(true)
    await maria.type(passcode, 'Unlock')
    await hands.press('Show last balances without connection')
    await says(/^As of /)
    await says('All accounts together')
    await says('What has to wait')
    const faults = await faultsOf(page, 'offline')
    await page.getByRole('list', { name: 'Documents' }).getByRole('button').click()
    await page.locator('iframe').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('iframe').waitFor({ state: 'detached' })
    await page.getByRole('list', { name: 'Latest' }).getByRole('button').first().click()
    await says('Balance afterwards')
    await page.keyboard.press('Escape')
    await context.setOffline(false)
    await says('There is a connection again.')
    await hands.press('Unlock')
    await maria.type(passcode, 'Unlock')
    await says('All accounts together')
    expect(faults).toEqual([])
  })

  it('opens what is stored while the connection is away, and says why the rest waits', async () => {
    const { page, hands, says, open, context } = maria
    await open('Documents')
    await says('One document is on this phone, encrypted.')
    await hands.press('Back')
    await context.setOffline(true)
    await hands.press(/^Documents/)
    await says(/^No connection: those with a lock open all the same/)
    await hands.press(/On this phone$/)
    await page.locator('iframe').waitFor()
    await hands.press('Back')
    await hands.press(/^Savings, /)
    await says('No connection. Check your network and try again.')
    await context.setOffline(false)
    await hands.press('Try again')
    await page.locator('iframe').waitFor()
    await hands.press('About this document')
    await hands.press('Remove from this phone')
    await says('One document is on this phone, encrypted.')
  })

  it('locks the last data by itself, and has no word of a document on the disk', async () => {
    const { page, context, profile, hands, says } = maria
    await page.reload()
    await context.setOffline(true)
    await maria.type(passcode, 'Unlock')
    await hands.press('Show last balances without connection')
    await says(/^As of /)
    await page.clock.runFor(179_000)
    await page.keyboard.press('Shift')
    await page.clock.runFor(179_000)
    await says(/^As of /)
    await page.clock.runFor(2000)
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await context.close()
    // A PDF in clear, in base64 as the offline store holds texts, and the title it is listed under.
    const needles = ['%PDF-', 'JVBERi0', 'Everyday, ', 'age-encryption.org/v1']
    const { found } = searchProfile(
      profile,
      Object.assign({}, ...needles.map((text) => textForms(text, text))),
    )
    expect(found.filter(({ needle }) => !needle.startsWith('age'))).toEqual([])
    // The search does find what is there.
    expect(found.map(({ needle }) => needle)).toContain('age-encryption.org/v1')
  })
})
