/** A payment the bank keeps back, from its approval to what becomes of it; and an approval that comes too late. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { type Hands, handsOf } from './hands.ts'
import { faultsOf, openStage, type Phone, type Stage } from './stage.ts'

const soon = { timeout: 20_000 }

describe.skipIf(chromiumPath === null)(inChromium('the app, kept back'), { timeout: 120_000 }, () => {
  let stage: Stage
  let phone: Phone
  let page: Phone['page']
  let hands: Hands
  beforeAll(async () => {
    stage = await openStage()
    phone = await stage.openPhone({ ownClock: true })
    page = phone.page
    hands = handsOf(phone)
    await phone.activate('maria')
  })
  afterAll(() => stage.close())

  /** To somebody nobody paid before, so that it is held; approved, up to the screen that says so. */
  async function hold(amount: string, reference: string): Promise<void> {
    await hands.press('Send money')
    await hands.press(/^Somebody new/)
    await page.getByLabel('IBAN').fill('IE29AIBK93115212345678')
    await page.getByLabel('Name of the account holder').fill('Orla Byrne')
    await page.getByText('The name could not be checked').waitFor()
    await hands.press('Continue')
    await page.getByRole('textbox', { name: 'Amount in EUR' }).fill(amount)
    await hands.press('Continue')
    await page.getByLabel('Reference').fill(reference)
    await page.getByText('You pay somebody new').waitFor()
    await hands.press(/^Send €/)
    await hands.sheet()
    await page.getByText('We will check this first').waitFor()
  }
  async function approve(): Promise<void> {
    await hands.press('Approve with finger or face')
    await page.getByText('We check this with you first').waitFor()
    await page.getByText('You have not paid this person before').waitFor()
  }
  /** In the queue of the operators, the newest. */
  async function decide(verdict: 'release' | 'refuse', ...names: string[]): Promise<void> {
    const { bank } = stage
    const first = await bank.firstOperator()
    const { json } = await bank.admin(first, 'GET', '/admin/holds')
    const [held] = json['holds'] as Array<{ id: string }>
    for (const name of names) {
      const operator = name === '' ? first : await bank.operator(name)
      const target = `/admin/holds/${held?.id}/${verdict}`
      expect(await bank.admin(operator, 'POST', target, { note: 'called Maria' })).toMatchObject({
        status: 200,
      })
    }
  }

  it('is sent when two operators have released it, as it was approved, also after a restart', async () => {
    await hold('750', 'used bicycle')
    const faults = await faultsOf(page, 'approval of a payment that will be held')
    await approve()
    faults.push(...(await faultsOf(page, 'held')))
    expect(await hands.booked('used bicycle')).toEqual([])
    await decide('release', '')
    await phone.restart()
    await hands.press('On hold')
    await page.getByRole('button', { name: /^Orla Byrne\s*Being checked\s*€750\.00$/ }).waitFor()
    faults.push(...(await faultsOf(page, 'held payments')))
    await hands.press(/^Orla Byrne/)
    await page.getByText('What happens next').waitFor()
    await decide('release', 'bea')
    // It looks again by itself.
    await page.clock.runFor(6000)
    await page.getByText('You can send it now').waitFor()
    faults.push(...(await faultsOf(page, 'released')))
    await hands.press('Send €750.00 now')
    await page.getByRole('heading', { name: 'Sent' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await hands.press('Keep Orla Byrne as a payee')
    await hands.press('Approve with finger or face')
    await page.getByText('Orla Byrne is one of your payees now.').waitFor()
    await hands.finish()
    expect(await hands.booked('used bicycle')).toEqual(['−€750.00'])
    await hands.press('On hold')
    await page.getByText('Nothing is held').waitFor()
    await hands.home()
    expect(faults).toEqual([])
  })

  it('is over when an operator refuses it, and may be begun anew', async () => {
    await hold('760', 'refused')
    await approve()
    await decide('refuse', '')
    await hands.press('Look again')
    await page.getByText('We do not carry this out').waitFor()
    const faults = await faultsOf(page, 'refused')
    await hands.press('Start again')
    await page.getByRole('textbox', { name: 'Amount in EUR' }).waitFor()
    await page.getByText('IE29 AIBK 9311 5212 3456 78').filter({ visible: true }).waitFor()
    expect(await hands.booked('refused')).toEqual([])
    await hands.press('On hold')
    await page.getByText('Nothing is held').waitFor()
    await hands.home()
    expect(faults).toEqual([])
  })

  it('is never sent when its user does not want it any more', async () => {
    await hold('770', 'left')
    await approve()
    await hands.press('I do not want this any more')
    const faults = await faultsOf(page, 'do not send it')
    await hands.press('Do not send it')
    await page.getByText('All accounts together').waitFor()
    await decide('release', '', 'bea')
    await hands.press('On hold')
    await page.getByText('Nothing is held').waitFor()
    expect(await hands.booked('left')).toEqual([])
    expect(faults).toEqual([])
  })

  it('is not approved when its user took too long', async () => {
    await hold('780', 'too late')
    const left = (): Promise<string> => page.getByRole('timer').innerText()
    await expect.poll(left, soon).toMatch(/^4:5\d$/)
    // Somebody is there and reads: the phone does not lock.
    for (const expected of [/^3:[12]\d$/, /^1:[45]\d$/, /^0:[012]\d$/]) {
      await page.clock.fastForward(92_000)
      await page.mouse.click(200, 300)
      await expect.poll(left, soon).toMatch(expected)
    }
    await page.getByText('Less than half a minute left').waitFor()
    const faults = await faultsOf(page, 'approval with little time left')
    await page.clock.fastForward(30_000)
    await page.getByText(/^The time to approve this is over/).waitFor()
    faults.push(...(await faultsOf(page, 'approval that is over')))
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0)
    await hands.press('Close')
    await page.getByText('Not approved. Nothing was done.').waitFor()
    expect(await hands.booked('too late')).toEqual([])
    expect(await hands.unfinished()).toBe(0)
    expect(faults).toEqual([])
  })
})
