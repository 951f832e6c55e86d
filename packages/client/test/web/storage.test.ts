/** IndexedDB when several tabs, a full disk, a cleared site or a crash have to do with it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/storage.ts'

describe.skipIf(chromiumPath === null)(inChromium('records in IndexedDB'), () => {
  let page: StartedPage<typeof api>
  beforeAll(async () => {
    page = await startPage({ entry: pageFile('storage.ts') })
  })
  afterAll(() => page.close())
  beforeEach(() => page.anew())

  it('survive the browser being killed as soon as they were written, and are never torn', async () => {
    const values = Array.from({ length: 8 }, (_, i) => String(i).repeat(200_000))
    for (let round = 0; round < 2; round++) {
      const acknowledged: string[] = []
      for (const value of values.slice(0, 4)) {
        await page.call('put', 'record', value)
        acknowledged.push(value)
      }
      const unacknowledged = values
        .slice(4)
        .map((value) => page.call('put', 'record', value).catch(() => undefined))
      await page.kill()
      await Promise.all(unacknowledged)
      await page.restart()
      const possible = [acknowledged.at(-1), ...values.slice(4)]
      expect(possible).toContain(await page.call('get', 'record'))
    }
    expect(await page.call('durabilityOf', 'record')).toEqual(['strict'])
  })

  it('are whole while two tabs write at once', async () => {
    const tabs = [page, await page.tab()]
    const values = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(5000))
    await Promise.all(
      values.flatMap((value, i) => [
        (tabs[i % 2] as typeof page).call('put', 'one', value),
        (tabs[i % 2] as typeof page).call('put', `many ${i}`, value),
      ]),
    )
    for (const tab of tabs) {
      expect(values).toContain(await tab.call('get', 'one'))
      expect(await tab.call('list', 'many ')).toHaveLength(20)
    }
    expect(await tabs[0]?.call('get', 'one')).toBe(await tabs[1]?.call('get', 'one'))
  })

  it('that do not fit are refused, and change nothing', async () => {
    const { origin } = page.site
    // Before the first write: Chromium remembers for a while how much room there was.
    await page.cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 })
    await page.call('put', 'record', 'before')
    const full = { code: 'storage_full' }
    await expect(page.call('putLong', 'record', 4_000_000)).rejects.toMatchObject(full)
    expect(await page.call('get', 'record')).toBe('before')
    await page.cdp.send('Storage.overrideQuotaForOrigin', { origin })
    await page.call('putLong', 'record', 4_000_000)
    expect(await page.call('get', 'record')).toHaveLength(4_000_000)
  })

  it('that were cleared while the page was open are gone, which is not the same as never there', async () => {
    await page.call('put', 'record', 'before')
    const { origin } = page.site
    await page.cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    const evicted = { code: 'storage_evicted' }
    const read = () =>
      page.call('get', 'record').catch(({ name, code }: { name: string; code?: string }) => code ?? name)
    // The page hears of it a moment later. Until then its transactions are broken off; none finds a record, or that there is none.
    let heard = await read()
    for (const end = performance.now() + 20_000; heard === 'AbortError' && performance.now() < end; )
      heard = await read()
    expect(heard).toBe('storage_evicted')
    await expect(page.call('put', 'record', 'after')).rejects.toMatchObject(evicted)
    await expect(page.call('findKey', 'device')).rejects.toMatchObject({ code: 'key_unavailable' })
    // A page that is loaded now finds nothing, and begins.
    await page.reload()
    expect(await page.call('get', 'record')).toBeNull()
    await page.call('put', 'record', 'after')
    expect(await page.call('get', 'record')).toBe('after')
  })

  it('do not keep another page from changing the database', async () => {
    const other = await page.tab()
    await page.call('put', 'record', 'before')
    expect(await other.call('delete')).toBe('given way at once')
    await expect(page.call('get', 'record')).rejects.toMatchObject({ code: 'storage_evicted' })
  })

  it('that another page keeps from being opened are unavailable, and there when it lets go', async () => {
    await page.call('put', 'record', 'value')
    const other = await page.tab()
    await page.reload()
    await other.call('hold')
    await other.call('startDeleting')
    await page.call('beImpatient')
    await expect(page.call('get', 'record')).rejects.toThrow('another page keeps the database from opening')
    const unavailable = { code: 'key_unavailable' }
    await expect(page.call('findKey', 'device')).rejects.toMatchObject(unavailable)
    await expect(page.call('signKey', 'device')).rejects.toMatchObject(unavailable)
    await expect(page.call('findAttempt', 'attempt')).rejects.toMatchObject(unavailable)
    await page.call('bePatient')
    await other.call('letGo')
    expect(await page.call('get', 'record')).toBeNull()
    expect(await page.call('findKey', 'device')).toBeNull()
  })

  it('where nothing may be stored are unavailable, not absent', async () => {
    await page.call('forbid')
    await expect(page.call('get', 'record')).rejects.toMatchObject({ name: 'SecurityError' })
    await expect(page.call('put', 'record', 'value')).rejects.toMatchObject({ name: 'SecurityError' })
    await expect(page.call('findKey', 'device')).rejects.toMatchObject({ code: 'key_unavailable' })
  })

  it('do not keep the page out of the back-forward cache', async () => {
    await page.call('put', 'record', 'value')
    await page.call('watchShow')
    page.site.answer(
      (_request, response) => void response.setHeader('content-type', 'text/html').end('<p>elsewhere'),
    )
    await page.page.goto(`${page.site.origin}/elsewhere`)
    await page.page.goBack({ waitUntil: 'commit' })
    expect(await page.call('shownAgain')).toBe('from the cache')
    expect(await page.call('get', 'record')).toBe('value')
  })
})
