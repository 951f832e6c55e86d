/** The end of a session, in a real browser against `holdfast serve`: nobody waits for it, the service's numbers are small. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAuthenticator } from './authenticator.ts'
import { type Bank, canary, openBank } from './bank.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/app.ts'

const passcode = '739264'

describe.skipIf(chromiumPath === null)(inChromium('a session that ends'), { timeout: 60_000 }, () => {
  let bank: Bank
  let page: StartedPage<typeof api>

  beforeAll(async () => {
    bank = await openBank({
      entry: pageFile('app.ts'),
      policy: ['session: { accessSeconds: 2, idleSeconds: 5, maxSeconds: 5 }'],
    })
    page = await startPage({ site: bank.site, gatewayOrigin: bank.gatewayOrigin })
    await page.call('start', bank.app('ann'))
    await page.call('enrol', await bank.activationCode('ann'))
    await page.call('confirm', bank.lastText().digits)
    await page.call('unlock')
    await page.call('setPasscode', passcode)
    await page.call('set', 'word', 'hidden')
  }, 120_000)
  afterAll(async () => {
    await page.close()
    await bank.close()
  })

  const ended = () =>
    expect.poll(
      async () => {
        const answer = await page.call('fetch', '/accounts').catch((error: { code?: string }) => error.code)
        return { answer, needs: await page.call('needs') }
      },
      { timeout: 20_000, interval: 500 },
    )
  const expired = { reason: 'expired', acr: 'passcode' }

  it('rejects when its user does not want to go on, and asks him again at the next call', async () => {
    await page.call('give', null)
    await ended().toMatchObject({ answer: 'session_ended', needs: expect.arrayContaining([expired]) })
    await page.call('give', null)
    await expect(page.call('fetch', '/accounts')).rejects.toMatchObject({ code: 'session_ended' })
    expect(await page.call('needs')).toEqual([expired])
  })

  it('goes on with the passcode, asked for once, and the vault stays open', async () => {
    await page.call('give', { passcode })
    const answers = await page.call('fetchAll', ['/accounts', '/cards', '/accounts'])
    expect(answers.every((answer) => answer.includes(canary))).toBe(true)
    expect(await page.call('needs')).toEqual([expired])
    expect(await page.call('get', 'word')).toBe('hidden')
  })

  it('opens nothing without the service where the service does not allow it', async () => {
    const authenticator = await addAuthenticator(page.cdp)
    await page.call('give', { passcode })
    await page.call('enablePresence')
    await page.call('lock')
    await page.call('unlock', { presence: true })
    expect(await page.call('keepOffline', 'balance', '1,200.00')).toBe(false)
    await page.call('lock')
    await expect(page.call('openOffline')).rejects.toMatchObject({ code: 'offline_refused' })
    await authenticator.remove()
  })
})
