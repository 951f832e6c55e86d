/** From the activation code to the second day with a phone, in a real browser against `holdfast serve`. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addAuthenticator, type Authenticator, cancelNextPrompt } from './authenticator.ts'
import { type Bank, canary, openBank } from './bank.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/app.ts'

const passcode = '739264'
const wrong = '618350'

describe.skipIf(chromiumPath === null)(
  inChromium('an app against holdfast serve'),
  { timeout: 60_000 },
  () => {
    let bank: Bank
    let page: StartedPage<typeof api>
    let users = 0
    let user = ''

    beforeAll(async () => {
      bank = await openBank({
        entry: pageFile('app.ts'),
        policy: ['passcode: { tries: 2, lockSeconds: [3600] }', 'offlineSeconds: 3600'],
      })
      page = await startPage({ site: bank.site, gatewayOrigin: bank.gatewayOrigin })
    }, 60_000)
    afterAll(async () => {
      await page.close()
      await bank.close()
    })
    /** Each test has a user and an app of its own. */
    beforeEach(async () => {
      user = `user-${++users}`
      await page.call('start', bank.app(user))
    })

    async function activate(): Promise<void> {
      await page.call('enrol', await bank.activationCode(user))
      await page.call('confirm', bank.lastText().digits)
      await page.call('unlock')
    }
    async function secured(): Promise<void> {
      await activate()
      await page.call('setPasscode', passcode)
      await page.call('set', 'word', 'hidden')
    }
    /** As when the browser is closed and opened the next day. */
    async function again(): Promise<void> {
      await page.reload()
      await page.call('start', bank.app(user))
    }
    async function withFinger(
      act: (authenticator: Authenticator) => Promise<void>,
      prf = true,
    ): Promise<void> {
      const authenticator = await addAuthenticator(page.cdp, { prf })
      try {
        await act(authenticator)
      } finally {
        await authenticator.remove()
      }
    }

    it('activates, takes a passcode that is not weak, locks, and opens with it the next day', async () => {
      expect(await page.call('status')).toBe('new')
      const phrase = await page.call('enrol', await bank.activationCode(user))
      expect(bank.lastText().text).toContain(phrase)
      expect(await page.call('confirm', bank.lastText().digits)).toMatchObject({ phase: 'enrolled', user })
      await page.call('unlock')
      await expect(page.call('setPasscode', '123456')).rejects.toMatchObject({ code: 'passcode_weak' })
      await page.call('setPasscode', passcode)
      await page.call('set', 'word', 'hidden')
      expect(await page.call('fetch', '/accounts')).toContain(canary)
      await page.call('lock')
      await expect(page.call('fetch', '/accounts')).rejects.toMatchObject({ code: 'locked' })
      await expect(page.call('get', 'word')).rejects.toMatchObject({ code: 'locked' })

      await again()
      expect(await page.call('condition')).toMatchObject({ state: 'locked' })
      await expect(page.call('unlock')).rejects.toMatchObject({ code: 'locked' })
      await page.call('unlock', { passcode })
      expect(await page.call('get', 'word')).toBe('hidden')
      expect(await page.call('fetch', '/accounts')).toContain(canary)
    })

    it('refuses wrong passcodes up to the lock, and says how long that lasts; a finger opens meanwhile', async () => {
      await withFinger(async () => {
        await secured()
        await page.call('enablePresence')
        await again()
        const attempt = () => page.call('unlock', { passcode: wrong })
        await expect(attempt()).rejects.toMatchObject({ code: 'passcode_refused' })
        expect(await page.call('condition')).toMatchObject({ state: 'locked', left: 1 })
        await expect(attempt()).rejects.toMatchObject({ code: 'passcode_refused' })
        const right = await page.call('unlock', { passcode }).catch((error: unknown) => error)
        expect(right).toMatchObject({ code: 'passcode_locked' })
        const { retryAfter = 0 } = right as { retryAfter?: number }
        expect(retryAfter).toBeGreaterThan(3000)
        expect(retryAfter).toBeLessThanOrEqual(3600)
        const { state, until } = await page.call('condition')
        expect(state).toBe('waiting')
        expect(until).toBeGreaterThan(Date.now() + 3_000_000)
        await page.call('unlock', { presence: true })
        expect(await page.call('get', 'word')).toBe('hidden')
      })
    })

    it('opens by finger; cancelled, by the passcode', async () => {
      await withFinger(async () => {
        await secured()
        await cancelNextPrompt(page.page)
        const failed = { code: 'presence_failed' }
        await expect(page.call('enablePresence')).rejects.toMatchObject(failed)
        await page.call('enablePresence')
        await again()
        await page.call('unlock', { presence: true })
        expect(await page.call('get', 'word')).toBe('hidden')
        await again()
        await cancelNextPrompt(page.page)
        await expect(page.call('unlock', { presence: true })).rejects.toMatchObject(failed)
        await page.call('unlock', { passcode })
        expect(await page.call('get', 'word')).toBe('hidden')
        expect(await page.call('notices')).toEqual(expect.arrayContaining(['presence.registered']))
      })
    })

    it('refuses an authenticator that gives no secret, and leaves the passcode as it was', async () => {
      await withFinger(async (authenticator) => {
        await secured()
        await expect(page.call('enablePresence')).rejects.toMatchObject({ code: 'presence_unsupported' })
        await again()
        await expect(page.call('unlock', { presence: true })).rejects.toMatchObject({
          code: 'presence_unknown',
        })
        await page.call('unlock', { passcode })
        await expect.poll(() => authenticator.list(), { timeout: 20_000 }).toEqual([])
      }, false)
    })

    it('asks for the passcode once for calls at once, and each runs once', async () => {
      await withFinger(async () => {
        await secured()
        await page.call('enablePresence')
        await again()
        await page.call('unlock', { presence: true })
        const before = bank.executed.length
        const paths = ['/transfers', '/transfers', '/transfers']
        const pay = () => page.call('fetchAll', paths, { method: 'POST', body: 'ten' })

        await page.call('give', null)
        expect(await pay()).toEqual(paths.map(() => 'insufficient_user_authentication'))
        expect(bank.executed.slice(before)).toEqual([])

        await page.call('give', { passcode })
        expect(await pay()).toEqual(Array.from(paths, () => JSON.stringify({ iban: canary, body: 'ten' })))
        expect(await page.call('needs')).toEqual([{ reason: 'step_up', acr: 'passcode' }])
        expect(bank.executed.slice(before)).toEqual(paths.map((path) => `POST ${path}`))
      })
    })

    it('shows without a network what was kept for it, and nothing else', async () => {
      await withFinger(async () => {
        await secured()
        await page.call('enablePresence')
        await again()
        await page.call('unlock', { presence: true })
        expect(await page.call('keepOffline', 'balance', '1,200.00')).toBe(true)
        await again()
        const network = page.page.context()
        await network.setOffline(true)
        try {
          const unreachable = { code: 'network_unreachable' }
          await expect(page.call('unlock', { passcode })).rejects.toMatchObject(unreachable)
          await page.call('openOffline')
          expect(await page.call('lastKnown', 'balance')).toBe('1,200.00')
          await expect(page.call('openOffline', { passcode })).rejects.toMatchObject({
            code: 'offline_refused',
          })
          await expect(page.call('get', 'word')).rejects.toThrow('not yet')
        } finally {
          await network.setOffline(false)
        }
      })
    })

    for (const { command, code, state, offline } of [
      { command: 'wipe', code: 'share_gone', state: 'wiped', offline: 'offline_refused' },
      { command: 'revoke', code: 'device_revoked', state: 'revoked', offline: 'device_revoked' },
    ] as const) {
      it(`opens nothing after \`holdfast ${command}\`, with the right passcode and the right finger`, async () => {
        await withFinger(async () => {
          await secured()
          await page.call('enablePresence')
          await bank.run(command, await bank.device(user))
          await page.call('give', { passcode })
          // Other nodes hear of it within a second; what a call finds out is for the app to see at once.
          await expect
            .poll(() => page.call('fetch', '/accounts').catch((error: { code?: string }) => error.code), {
              timeout: 20_000,
            })
            .toBe(code)
          await again()
          for (const factor of [{ passcode }, { presence: true }] as const)
            await expect(page.call('unlock', factor)).rejects.toMatchObject({ code })
          expect(await page.call('condition')).toMatchObject({ state })
          await expect(page.call('openOffline')).rejects.toMatchObject({ code: offline })
        })
      })
    }

    it('opens with a new passcode after the old was forgotten and the identity proved', async () => {
      await secured()
      await again()
      await page.call('reportForgotten')
      expect(await page.call('condition')).toMatchObject({ state: 'forgotten' })
      const suspended = { code: 'identity_proof_required' }
      await expect(page.call('unlock', { passcode })).rejects.toMatchObject(suspended)
      await again()
      await expect(page.call('unlock', { passcode })).rejects.toMatchObject(suspended)
      expect(await page.call('status')).toBe('unproven')

      await activate()
      await page.call('setPasscode', '482915')
      expect(await page.call('get', 'word')).toBeNull()
      await again()
      await expect(page.call('unlock', { passcode })).rejects.toMatchObject({ code: 'passcode_refused' })
      await page.call('unlock', { passcode: '482915' })
      expect(await page.call('notices')).toEqual(expect.arrayContaining(['passcode.forgotten']))
    })
  },
)
