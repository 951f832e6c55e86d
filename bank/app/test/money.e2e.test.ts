/** Paying, as customers do it: in a real browser, with the app, the gateway and the ledger of the demo. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { type Hands, handsOf } from './hands.ts'
import { faultsOf, openStage, passcode, type Phone, type Stage } from './stage.ts'

const elin = 'Elin Lindqvist'
const jonasIban = 'DE15 9001 0010 0005 1904 48'
const wrong = '111111'

describe.skipIf(chromiumPath === null)(inChromium('the app, paying'), { timeout: 120_000 }, () => {
  let stage: Stage
  let phone: Phone
  let page: Phone['page']
  let hands: Hands
  beforeAll(async () => {
    stage = await openStage()
    phone = await stage.openPhone()
    page = phone.page
    hands = handsOf(phone)
    await phone.activate('maria')
  })
  afterAll(() => stage.close())

  it('pays somebody known, by finger, exactly what the sheet showed', async () => {
    const faults: string[] = []
    await hands.press('Send money')
    await page.getByText('Between your accounts').waitFor()
    faults.push(...(await faultsOf(page, 'payees to choose from')))
    await hands.press(/^Elin Lindqvist/)
    await page.getByRole('textbox', { name: 'Amount in EUR' }).fill('25.50')
    faults.push(...(await faultsOf(page, 'amount')))
    await hands.press('Continue')
    await page.getByLabel('Reference').fill('by finger')
    faults.push(...(await faultsOf(page, 'review')))
    await hands.press('Send €25.50')
    await hands.sheet()
    expect(await hands.lines()).toEqual([
      'Transfer',
      'Amount',
      'EUR 25.50',
      'To',
      elin,
      'Account',
      'SE19 9980 0000 0058 3982 5746',
      'Reference',
      'by finger',
    ])
    faults.push(...(await faultsOf(page, 'approval')))
    await hands.press('Approve with finger or face')
    await page.getByRole('heading', { name: 'Sent' }).waitFor()
    faults.push(...(await faultsOf(page, 'receipt')))
    await hands.press('Done')
    expect(await hands.booked('by finger')).toEqual(['−€25.50'])
    expect(faults).toEqual([])
  })

  it('asks for the passcode again after a wrong one, and says how many tries are left', async () => {
    await hands.order(elin, '12', 'by passcode')
    await hands.press('Approve with passcode')
    await hands.typePasscode(wrong)
    await page.getByText('Wrong passcode. 4 tries left before a pause.').waitFor()
    const faults = await faultsOf(page, 'passcode for an approval')
    await hands.typePasscode(passcode)
    await hands.finish()
    expect(await hands.booked('by passcode')).toEqual(['−€12.00'])
    expect(faults).toEqual([])
  })

  it('does nothing when its user says no', async () => {
    await hands.order(elin, '13', 'declined')
    await hands.press('Do not approve')
    await page.getByText('Not approved. Nothing was done.').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await hands.booked('declined')).toEqual([])
    expect(await hands.unfinished()).toBe(0)
  })

  it('pays once what is pressed twice', async () => {
    await hands.fill(elin, '14', 'pressed twice')
    await page.getByRole('button', { name: 'Send €14.00' }).evaluate((button: HTMLElement) => {
      button.click()
      button.click()
    })
    await hands.sheet()
    await page
      .getByRole('button', { name: 'Approve with finger or face' })
      .evaluate((button: HTMLElement) => {
        button.click()
        button.click()
      })
    await hands.finish()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await hands.booked('pressed twice')).toEqual(['−€14.00'])
  })

  it('does not let more go than there is', async () => {
    await hands.press('Send money')
    await hands.press(/^Elin Lindqvist/)
    await page.getByRole('textbox', { name: 'Amount in EUR' }).fill('900000')
    await page.getByText(/^There is €[\d,.]+ in this account$/).waitFor()
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true)
    await hands.home()
  })

  it('checks an IBAN while it is typed, and the name with the bank it belongs to', async () => {
    const faults: string[] = []
    await hands.press('Send money')
    await hands.press(/^Somebody new/)
    const [iban, name] = [page.getByLabel('IBAN'), page.getByLabel('Name of the account holder')]
    const check = async (typed: string, said: string): Promise<void> => {
      await name.fill(typed)
      await page.getByText(said, { exact: true }).waitFor()
      faults.push(...(await faultsOf(page, said)))
    }
    await iban.fill('DE15900100')
    await page.getByText('12 characters to come').waitFor()
    await iban.fill(jonasIban.replace('48', '49'))
    await page.getByText('There is a slip in this IBAN. Compare it digit by digit.').waitFor()
    await iban.fill('US12')
    await page.getByText('We do not send money to this country.').waitFor()
    await iban.fill(jonasIban)
    await page.getByText('The check digits are right').waitFor()
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true)
    await check('Peter Smith', 'The name does not match')
    await page.getByRole('button', { name: 'Continue all the same' }).waitFor()
    await check('Jonas Kelle', 'Do you mean Jonas Keller?')
    await hands.press('Use Jonas Keller')
    await page.getByText('This account belongs to Jonas Keller.').waitFor()
    expect(await name.inputValue()).toBe('Jonas Keller')
    await iban.fill('IE29 AIBK 9311 5212 3456 78')
    await check('Orla Byrne', 'The name could not be checked')
    await hands.home()
    expect(faults).toEqual([])
  })

  it('warns once more before money goes to a name that does not match', async () => {
    await hands.press('Send money')
    await hands.press(/^Somebody new/)
    await page.getByLabel('IBAN').fill(jonasIban)
    await page.getByLabel('Name of the account holder').fill('Peter Smith')
    await hands.press('Continue all the same')
    await page.getByRole('textbox', { name: 'Amount in EUR' }).fill('5')
    await hands.press('Continue')
    await page.getByText('The name does not match this account').waitFor()
    await hands.home()
  })

  it('finds out what became of a payment whose answer was lost, after a restart, and pays once', async () => {
    await hands.order(elin, '15', 'answer lost')
    // What comes first is the proof; then the payment goes out, and nothing comes back any more.
    let sent = 0
    await page.route('**/holdfast/sealed', async (route) => {
      sent++
      if (sent === 1) return route.continue()
      await route.fetch()
      return route.abort()
    })
    await hands.press('Approve with finger or face')
    await page.getByText('We do not know yet whether this was sent').waitFor({ timeout: 60_000 })
    const faults = await faultsOf(page, 'unfinished')
    await page.unroute('**/holdfast/sealed')
    await phone.restart()
    await hands.press(/^A payment is not finished/)
    await hands.press('Find out now')
    await hands.finish()
    expect(await hands.booked('answer lost')).toEqual(['−€15.00'])
    expect(await hands.unfinished()).toBe(0)
    expect(faults).toEqual([])
  })

  it('asks by itself when the connection is back, and again for an approval that never arrived', async () => {
    await hands.order(elin, '16', 'never sent')
    await phone.context.setOffline(true)
    await hands.press('Approve with finger or face')
    await page.getByText('We do not know yet whether this was sent').waitFor({ timeout: 60_000 })
    await phone.context.setOffline(false)
    await hands.sheet()
    await hands.press('Approve with finger or face')
    await hands.finish()
    expect(await hands.booked('never sent')).toEqual(['−€16.00'])
  })

  it('says that nothing was sent when there was no connection to begin with', async () => {
    await hands.fill(elin, '17', 'offline')
    await phone.context.setOffline(true)
    await hands.press('Send €17.00')
    await page.getByText('No connection. Check your network and try again.').waitFor({ timeout: 60_000 })
    await phone.context.setOffline(false)
    expect(await hands.booked('offline')).toEqual([])
    expect(await hands.unfinished()).toBe(0)
  })
})
