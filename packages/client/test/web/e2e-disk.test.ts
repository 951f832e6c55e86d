/** What an app leaves in a browser, in a real one against `holdfast serve`: in two tabs, killed, cleared, and looked through afterwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bank, canary, openBank } from './bank.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage, type Tab } from './page.ts'
import type { api } from './pages/app.ts'
import { searchProfile, textForms } from './profile.ts'

/** Long, so that no chance puts it into a file. */
const passcode = 'forty-two quiet herons'

describe.skipIf(chromiumPath === null)(inChromium('what an app leaves'), { timeout: 60_000 }, () => {
  let bank: Bank
  let page: StartedPage<typeof api>
  let users = 0
  let user = ''

  beforeAll(async () => {
    bank = await openBank({ entry: pageFile('app.ts') })
    page = await startPage({ site: bank.site, gatewayOrigin: bank.gatewayOrigin })
  }, 120_000)
  afterAll(async () => {
    await page.close()
    await bank.close()
  })
  beforeEach(async () => {
    user = `user-${++users}`
    await secured()
  })

  const start = (tab: Tab<typeof api>) => tab.call('start', bank.app(user))
  async function secured(): Promise<void> {
    await start(page)
    await page.call('enrol', await bank.activationCode(user))
    await page.call('confirm', bank.lastText().digits)
    await page.call('unlock')
    await page.call('setPasscode', passcode)
    await page.call('set', 'word', 'hidden')
  }
  const codeOf = (attempt: Promise<unknown>): Promise<string | undefined> =>
    attempt.then(
      () => 'passed',
      (error: { code?: string }) => error.code,
    )

  it('is open in one tab; the other has it when that is locked', async () => {
    const other = await page.tab()
    await start(other)
    expect(await other.call('status')).toBe('enrolled')
    expect(await other.call('condition')).toMatchObject({ state: 'locked' })
    await expect(other.call('unlock', { passcode })).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(await page.call('get', 'word')).toBe('hidden')
    expect(await page.call('fetch', '/accounts')).toContain(canary)
    await page.call('lock')
    await other.call('unlock', { passcode })
    await other.call('set', 'word', 'changed')
    await expect(page.call('unlock', { passcode })).rejects.toMatchObject({ code: 'vault_unavailable' })
    await other.page.close()
    await expect.poll(() => codeOf(page.call('unlock', { passcode })), { timeout: 20_000 }).toBe('passed')
    expect(await page.call('get', 'word')).toBe('changed')
  })

  it('takes two tabs that unlock at once for no copy of itself', async () => {
    const other = await page.tab()
    await start(other)
    for (let round = 0; round < 4; round++) {
      await page.call('lock')
      const codes = await Promise.all([page, other].map((tab) => codeOf(tab.call('unlock', { passcode }))))
      expect(codes).toContain('passed')
      expect(['passed', 'vault_unavailable']).toEqual(expect.arrayContaining(codes))
      await other.call('lock')
    }
    await page.call('lock')
    await page.call('unlock', { passcode })
    expect(await page.call('get', 'word')).toBe('hidden')
    await other.page.close()
  })

  it('that was cleared under an open page is evicted, and new only to a page that knew nothing', async () => {
    const { origin } = page.site
    await page.cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
    await expect
      .poll(() => codeOf(page.call('set', 'word', 'lost')), { timeout: 20_000 })
      .toMatch(/^(vault_unavailable|storage_evicted|vault_damaged)$/)
    expect(await page.call('condition')).toMatchObject({ state: 'evicted' })
    expect(await codeOf(page.call('status'))).not.toBe('passed')
    await page.call('lock')
    expect(await codeOf(page.call('unlock', { passcode }))).not.toBe('passed')
    expect(await page.call('condition')).toMatchObject({ state: 'evicted' })
    await page.reload()
    await start(page)
    expect(await page.call('status')).toBe('new')
  })

  it('is whole after kill -9 while it was written', async () => {
    for (const writes of [3, 8]) {
      const least = await page.call('count', writes)
      await page.kill()
      await page.restart()
      await start(page)
      await page.call('unlock', { passcode })
      const { rows, last, preference } = await page.call('counted')
      expect(rows).toBe(last)
      expect(last).toBeGreaterThanOrEqual(least)
      expect([last, last - 1]).toContain(preference)
      expect(await page.call('get', 'word')).toBe('hidden')
    }
  }, 120_000)

  it('has no word of an answer, of the vault or of the passcode on the disk', async () => {
    const secret = 'vault-canary-7fd1c0e5'
    const left = 'left-in-clear-5ab21c'
    await page.call('leave', left)
    await page.call('set', 'name-canary-03bd77', secret)
    const before = bank.executed.length
    for (let i = 0; i < 3; i++)
      expect(await page.call('cached', '/accounts?path-canary-81e0')).toContain(canary)
    expect(bank.executed.slice(before)).toEqual(['GET /accounts?path-canary-81e0'])
    expect(await page.call('cacheStorage')).toEqual([])
    await page.quit()
    const needles = [canary, secret, passcode, 'name-canary-03bd77', 'path-canary-81e0']
    const search = searchProfile(
      page.profile,
      Object.assign({}, ...[...needles, left].map((text) => textForms(text, text))),
    )
    // The search does find what is there.
    expect(search.found.filter(({ needle }) => !needle.startsWith(left))).toEqual([])
    expect(search.found.map(({ file }) => file.split('/')[1])).toContain('Local Storage')
    await page.restart()
  })
})
