/** An account from its first phone to its last, by everybody's own screens: two customers, two operators, the whole bank between them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { type Hands, handsOf } from '../../app/test/hands.ts'
import { passcode, type Phone } from '../../app/test/stage.ts'
import { colleague } from '../src/paying.ts'
import { balanceOn, type House, openHouse } from './house.ts'

const chosenLater = '582947'
const soon = { timeout: 20_000 }

describe.skipIf(chromiumPath === null)(
  inChromium('the life of an account on two phones'),
  { timeout: 90_000 },
  () => {
    let house: House
    let maria: Phone
    let hands: Hands

    const expectBalance = (phone: Phone, cents: number): Promise<void> =>
      expect.poll(() => balanceOn(phone), soon).toBe(cents)
    async function open(row: RegExp, heading: string): Promise<void> {
      await hands.press(row)
      await maria.page.getByRole('heading', { name: heading }).filter({ visible: true }).waitFor()
    }
    const told = (phone: Phone, title: string): Promise<void> =>
      phone.page.getByRole('heading', { name: title, exact: true }).waitFor()

    /** Where the app is locked; on it goes when that is the right one. */
    async function tryPasscode(typed: string): Promise<void> {
      await told(maria, 'Welcome back')
      await maria.page.locator('[aria-label=Unlock][aria-busy=false]').waitFor()
      await maria.page.keyboard.type(typed)
      await hands.press('Unlock')
    }

    beforeAll(async () => {
      house = await openHouse()
      maria = await house.openPhone()
      hands = handsOf(maria)
    })
    afterAll(() => house.close())

    it('begins with a code an operator makes, and a text', async () => {
      const { bank, desk, look } = house
      await look(desk.page, 'sign-in')
      await desk.signIn(await bank.firstOperator())
      const code = await desk.makeCode('maria')
      await look(desk.page, 'activations')
      await maria.bind(code, { look: (screen) => look(maria.page, screen) })
      await desk.putAway('maria')
      await maria.page.getByText('All accounts together').waitFor()
      await look(maria.page, 'home')
      expect(house.takeFaults()).toEqual([])
    })

    it('shows her all that is there', async () => {
      const { look } = house
      const { page } = maria
      await open(/^Everyday/, 'Everyday')
      await page.getByRole('searchbox').fill('nordlicht')
      await page
        .getByRole('button', { name: /^Studio Nordlicht GmbH.*\+€3,412\.67/ })
        .first()
        .waitFor()
      await look(page, 'account')
      await hands.home()
      await page.getByRole('tab', { name: 'Cards' }).click()
      await hands.press('Show PIN')
      await page.getByRole('img', { name: /^Your PIN: \d \d \d \d$/ }).waitFor()
      await look(page, 'PIN')
      await hands.press('Hide now')
      expect(await page.getByRole('img', { name: /^Your PIN/ }).count()).toBe(0)
      await page.getByRole('tab', { name: 'More' }).click()
      await open(/^Documents/, 'Documents')
      await page.getByRole('radio', { name: 'Contracts' }).waitFor()
      await look(page, 'documents')
      await hands.press(/^Account agreement/)
      await page.getByText('Encrypted on this phone, opened in memory alone').waitFor()
      await look(page, 'document')
      await hands.press('Back')
      await page.getByText('One document is on this phone, encrypted.').waitFor()
      await hands.press('Back')
      await open(/^Security/, 'Security')
      await page.getByText('You are protected').waitFor()
      await look(page, 'security')
      await hands.press('Back')
      await open(/^Settings/, 'Settings')
      await look(page, 'settings')
      await hands.home()
      expect(house.takeFaults()).toEqual([])
    })

    it('pays Jonas, who sees it arrive on his own phone', async () => {
      const { look } = house
      const jonas = await house.openPhone()
      await jonas.activate('jonas')
      const before = [await balanceOn(maria), await balanceOn(jonas)] as const
      await hands.order('Jonas Keller', '25', 'dinner')
      expect(await hands.lines()).toEqual(
        expect.arrayContaining(['EUR 25.00', 'Jonas Keller', 'DE15 9001 0010 0005 1904 48', 'dinner']),
      )
      await look(maria.page, 'approval')
      await hands.press('Approve with finger or face')
      await told(maria, 'Sent')
      await look(maria.page, 'receipt')
      await hands.finish()
      await expectBalance(maria, before[0] - 2500)
      await expectBalance(jonas, before[1] + 2500)
      await jonas.page.getByRole('button', { name: /^Maria Lindqvist.*\+€25\.00/ }).waitFor()
      await jonas.context.close()
      expect(house.takeFaults()).toEqual([])
    })

    it('is held where it might be fraud: explained, released by two, sent by the phone', async () => {
      const { bank, desk, otherDesk, look } = house
      const { page } = maria
      const before = await balanceOn(maria)
      await hands.press('Send money')
      await hands.press(/^Somebody new/)
      await page.getByLabel('IBAN').fill('IE29AIBK93115212345678')
      await page.getByLabel('Name of the account holder').fill('Orla Byrne')
      await page.getByText('The name could not be checked').waitFor()
      await look(page, 'somebody new')
      await hands.press('Continue')
      await page.getByRole('textbox', { name: 'Amount in EUR' }).fill('750')
      await look(page, 'amount')
      await hands.press('Continue')
      await page.getByLabel('Reference').fill('used bicycle')
      await look(page, 'review')
      await hands.press('Send €750.00')
      await page.getByText('We will check this first').waitFor()
      await hands.press('Approve with passcode')
      await hands.typePasscode(passcode)
      await page.getByText('We check this with you first').waitFor()
      await page.getByText('You have not paid this person before').waitFor()
      await look(page, 'held')

      await desk.openHold('€750.00')
      await desk.page.getByText('IE29 AIBK 9311 5212 3456 78').waitFor()
      await look(desk.page, 'hold')
      await desk.release('Knows the bicycle.')
      await desk.page.getByText('Noted. Another operator has to release it as well.').waitFor()
      const id = new URL(desk.page.url().replace('#/', '')).searchParams.get('id') ?? ''
      const operator = await bank.firstOperator()
      // The same person in another browser is the same person.
      await otherDesk.signIn(operator)
      await otherDesk.openHold('€750.00')
      await otherDesk.page.getByText('You have decided. Somebody else has to, too').waitFor()
      await look(otherDesk.page, 'hold, decided by one')
      expect(await otherDesk.page.getByRole('button', { name: 'Release' }).count()).toBe(0)
      const target = `/admin/holds/${id}/release`
      expect(await bank.admin(operator, 'POST', target, { note: 'again' })).toMatchObject({
        status: 409,
        json: { code: 'second_operator_required' },
      })
      await otherDesk.signOut()
      await page.getByText('We check this with you first').waitFor()
      expect(
        await page
          .getByRole('button', { name: /^Send €750/ })
          .filter({ visible: true })
          .count(),
      ).toBe(0)

      await otherDesk.signIn(await bank.operator(colleague))
      await otherDesk.openHold('€750.00')
      await otherDesk.page.getByText(`released by ${operator.name}`).waitFor()
      await otherDesk.release('Same story.')
      await otherDesk.page.getByText('Released. The customer can send it now.').waitFor()
      await page.getByText('You can send it now').waitFor()
      await look(page, 'released')
      await hands.press('Send €750.00 now')
      await told(maria, 'Sent')
      await hands.finish()
      await expectBalance(maria, before - 75_000)
      expect(await hands.booked('used bicycle')).toEqual(['−€750.00'])
      expect(house.takeFaults()).toEqual([])
    })

    it('has a second phone, of which the first one hears, and which it shuts out', async () => {
      const { desk, look } = house
      const { page } = maria
      const spare = await house.openPhone()
      await spare.bind(await desk.makeCode('maria'), { name: 'Spare phone' })
      await desk.putAway('maria')
      const seen = await balanceOn(spare)
      await expectBalance(maria, seen)
      await hands.press(/to look at$/)
      await page.getByText('“Spare phone” was added to your account').first().waitFor()
      await look(page, 'security with news')
      await hands.press('No, it was not')
      await page.getByText('If that was not you').waitFor()
      await look(page, 'if that was not you')
      await hands.press('Show my phones')
      await hands.press(/^Spare phone/)
      await look(page, 'another phone')
      await hands.press(/^Remove/)
      await hands.press('Remove it')
      await page.getByText('Spare phone was removed. It opens nothing any more.').waitFor()
      await look(page, 'devices')
      await spare.page.getByRole('tab', { name: 'Cards' }).click()
      await told(spare, 'This phone was removed')
      await look(spare.page, 'removed')
      await spare.page.reload()
      await told(spare, 'This phone was removed')
      await spare.context.close()
      await hands.home()
      expect(house.takeFaults()).toEqual([])
    })

    it('is read without a connection, and not paid from', async () => {
      const { look } = house
      const { page } = maria
      const before = await balanceOn(maria)
      await hands.press('Lock')
      await told(maria, 'Welcome back')
      await look(page, 'locked')
      await maria.context.setOffline(true)
      await tryPasscode(passcode)
      await hands.press('Show last balances without connection')
      await told(maria, 'Without a connection')
      const shown = (await page.getByRole('listitem').filter({ hasText: 'Everyday' }).textContent()) ?? ''
      expect(shown.replaceAll(/[^\d.]/g, '')).toContain((before / 100).toFixed(2))
      expect(await page.getByRole('button', { name: 'Send money' }).count()).toBe(0)
      await look(page, 'without a connection')
      await maria.context.setOffline(false)
      await page.getByText('There is a connection again.').waitFor()
      await hands.press('Unlock')
      await tryPasscode(passcode)
      await page.getByText('All accounts together').waitFor()
      expect(house.takeFaults()).toEqual([])
    })

    it('is taken off a lost phone by an operator, and comes back with a new code', async () => {
      const { desk, look } = house
      const { page } = maria
      const before = await balanceOn(maria)
      await desk.page.goto(`${new URL(desk.page.url()).origin}/#/devices?user=maria`)
      await desk.page.getByRole('link', { name: 'My phone' }).click()
      await desk.page.getByText('Device id').waitFor()
      await look(desk.page, 'device')
      await desk.page.getByRole('button', { name: 'Revoke' }).click()
      await look(desk.page, 'revoke')
      await desk.page.getByRole('button', { name: 'Revoke My phone' }).click()
      await desk.page.getByText('My phone is revoked.').waitFor()
      await page.getByRole('tab', { name: 'Payments' }).click()
      await hands.press(/^Payees/)
      await told(maria, 'This phone was removed')
      await hands.press('Enter a new activation code')
      await maria.bind(await desk.makeCode('maria'))
      await desk.putAway('maria')
      await expectBalance(maria, before)
      expect(house.takeFaults()).toEqual([])
    })

    it('survives a passcode that is forgotten', async () => {
      const { desk, look } = house
      const { page } = maria
      const before = await balanceOn(maria)
      await hands.press('Lock')
      await hands.press('Forgot your passcode?')
      await look(page, 'forgotten')
      await hands.press('Lock this phone now')
      await told(maria, 'Locked, as you asked')
      await look(page, 'locked as asked')
      await hands.press('Enter a new activation code')
      await maria.bind(await desk.makeCode('maria'), { passcode: chosenLater })
      await hands.home()
      await hands.press('Lock')
      await tryPasscode(passcode)
      await page.getByText('Wrong passcode. 4 tries left before a pause.').waitFor()
      await tryPasscode(chosenLater)
      await page.getByText('All accounts together').waitFor()
      await expectBalance(maria, before)
      expect(house.takeFaults()).toEqual([])
    })

    it('is written down, line by line, for the operators', async () => {
      const { look } = house
      const { page } = house.desk
      const origin = new URL(page.url()).origin
      await page.goto(`${origin}/#/audit`)
      for (const action of ['device.bound', 'device.revoked', 'transfer.held', 'transfer.released'])
        await page.getByRole('row').filter({ hasText: action }).first().waitFor()
      await look(page, 'audit')
      await page.goto(`${origin}/#/health`)
      await page.getByText('The gateway runs and its stores answer.').waitFor()
      await look(page, 'health')
      await page.goto(`${origin}/#/operators`)
      await page.getByRole('row').filter({ hasText: colleague }).waitFor()
      await look(page, 'operators')
      expect(house.takeFaults()).toEqual([])
    })
  },
)
