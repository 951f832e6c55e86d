/** What a user approves, in a real browser against `holdfast serve`: by passcode, and by a passkey, which only an authenticator can make. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAuthenticator } from './authenticator.ts'
import { type Bank, openBank } from './bank.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/app.ts'

const passcode = '739264'
const form =
  '{ path: /payees, methods: [POST], approve: { title: New payee, acr: presence, fields: [{ name: name, label: Name, type: name }, { name: iban, label: Account, type: iban }] } }'
const payee = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'Maria Lindqvist', iban: 'DE89370400440532013000' }),
}

describe.skipIf(chromiumPath === null)(inChromium('an approval'), { timeout: 60_000 }, () => {
  let bank: Bank
  let page: StartedPage<typeof api>

  beforeAll(async () => {
    bank = await openBank({ entry: pageFile('app.ts'), routes: [form] })
    page = await startPage({ site: bank.site, gatewayOrigin: bank.gatewayOrigin })
    await page.call('start', bank.app('ann'))
    await page.call('enrol', await bank.activationCode('ann'))
    await page.call('confirm', bank.lastText().digits)
    await page.call('unlock')
    await page.call('setPasscode', passcode)
  }, 120_000)
  afterAll(async () => {
    await page.close()
    await bank.close()
  })
  const added = (): number => bank.executed.filter((line) => line === 'POST /payees').length

  it('is given by the passcode', async () => {
    await page.call('give', { passcode })
    const answer = JSON.parse(await page.call('fetch', '/payees', payee)) as { body: string }
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(payee.body))
    expect(await page.call('approvals')).toMatchObject([
      {
        title: 'New payee',
        acr: 'passcode',
        lines: [{ name: 'name', value: 'Maria Lindqvist' }, { name: 'iban' }],
      },
    ])
    expect(added()).toBe(1)
  })

  it('is given by a passkey', async () => {
    const authenticator = await addAuthenticator(page.cdp)
    await page.call('give', { passcode })
    await page.call('enablePresence')
    await page.call('give', { presence: true })
    await page.call('fetch', '/payees', payee)
    expect(await page.call('approvals')).toMatchObject([{ acr: 'presence' }])
    expect(added()).toBe(2)
    await authenticator.remove()
  })

  it('is not given by nobody, and the service is told', async () => {
    await page.call('give', null)
    await expect(page.call('fetch', '/payees', payee)).rejects.toMatchObject({ code: 'approval_declined' })
    const [asked] = await page.call('approvals')
    await expect
      .poll(async () => (await page.call('listed')).find(({ id }) => id === asked?.id)?.state, {
        timeout: 20_000,
      })
      .toBe('refused')
    expect(added()).toBe(2)
  })
})
