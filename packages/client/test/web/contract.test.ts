/** The platform contract in a real browser, under a strict CSP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAuthenticator } from './authenticator.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { collectContract } from './collect.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/contract.ts'

describe.skipIf(chromiumPath === null)(inChromium('the web platform'), () => {
  let page: StartedPage<typeof api>
  beforeAll(async () => {
    page = await startPage({ entry: pageFile('contract.ts') })
    await addAuthenticator(page.cdp)
  })
  afterAll(() => page.close())

  const names = collectContract(async () => {
    throw new TypeError('the page runs the tests')
  }).keys()
  it.each([...names])('%s', (name) => page.call('run', name))

  it('broke no rule of the CSP', async () => {
    const refused = await page.page.evaluate(
      () => (globalThis as unknown as { hfRefused: string[] }).hfRefused,
    )
    expect(refused).toEqual([])
  })
})
