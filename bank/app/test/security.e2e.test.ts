/** What protects a customer, and what he sees when something is not as it should be: as he would act, on phones of his own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cancelNextPrompt } from '../../../packages/client/test/web/authenticator.ts'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { type Customer, customerWith } from './customer.ts'
import { faultsOf, openStage, passcode, type Stage } from './stage.ts'

const otherPasscode = '482759'
const tablet = 'Old tablet'

describe.skipIf(chromiumPath === null)(inChromium('the app that protects'), { timeout: 120_000 }, () => {
  let stage: Stage
  let maria: Customer
  beforeAll(async () => {
    stage = await openStage()
    maria = customerWith(await stage.openPhone())
    await maria.activate('maria')
  })
  afterAll(() => stage.close())

  const boundTo = async (
    user: string,
  ): Promise<Array<{ id: string; name: string; revoked: number | null }>> => {
    const operator = await stage.bank.firstOperator()
    const { json } = await stage.bank.admin(operator, 'GET', `/admin/devices?user=${user}`)
    return json['devices'] as Array<{ id: string; name: string; revoked: number | null }>
  }
  const newest = async (user: string): Promise<string> => {
    const device = (await boundTo(user)).find(({ revoked }) => revoked === null)
    if (device === undefined) throw new Error(`${user} has no phone`)
    return device.id
  }

  it('says that its user is protected, and why', async () => {
    const { page, hands, says, open } = maria
    await hands.home()
    await hands.press('Protected')
    await says('You are protected')
    for (const part of ['Bound to this phone', 'Passcode', 'Sealed line', 'Approvals', 'Encrypted storage'])
      await says(part)
    await says(/^Your last balances open with finger or face until /)
    await says('Your account opens on one phone.')
    await says('A passcode was set on “My phone”')
    const faults = await faultsOf(page, 'security')
    await open('Settings')
    faults.push(...(await faultsOf(page, 'settings')))
    await hands.press(/^About/)
    await says('Version 0.1.0')
    faults.push(...(await faultsOf(page, 'about')))
    expect(faults).toEqual([])
  })

  it('asks about a new phone, and shuts it out when its user wants to', async () => {
    const { page, hands, says } = maria
    const other = customerWith(await stage.openPhone())
    await other.activate('maria', tablet)
    await maria.byFinger()
    await hands.press('One thing to look at')
    await says(`“${tablet}” was added to your account`)
    const faults = await faultsOf(page, 'a question')
    await hands.press('No, it was not')
    faults.push(...(await faultsOf(page, 'if that was not you')))
    await hands.press('Show my phones')
    faults.push(...(await faultsOf(page, 'devices')))
    await hands.press(new RegExp(`^${tablet}`))
    faults.push(...(await faultsOf(page, 'a device')))
    await hands.press('Remove from my account')
    await hands.press('Remove it')
    await says('Please confirm it is you')
    await maria.type(otherPasscode, 'Confirm')
    await says('Wrong passcode.')
    await hands.press('Remove it')
    await maria.type(passcode, 'Confirm')
    await says(`${tablet} was removed. It opens nothing any more.`)
    await hands.press('Show one removed phone')
    await hands.home()
    await says('Protected')

    await other.hands.press(/^Everyday/)
    await other.says('This phone was removed')
    faults.push(...(await faultsOf(other.page, 'revoked')))
    await other.page.reload()
    await other.says('This phone was removed')
    await other.hands.press('Enter a new activation code')
    await other.activate('maria', 'New tablet')
    await maria.open('Devices')
    await says(/^“New tablet” was added/)
    await hands.press('Yes, that was me')
    await page.getByRole('button', { name: 'Yes, that was me' }).waitFor({ state: 'detached' })
    await other.context.close()
    expect(faults).toEqual([])
  })

  it('speaks another language, also after it was closed', async () => {
    const { page, hands, says, open } = maria
    await open('Settings')
    await page.getByRole('radio', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.reload()
    await page.getByRole('button', { name: 'Entsperren' }).waitFor()
    await maria.type(passcode, 'Entsperren')
    await says('Alle Konten zusammen')
    await page.getByRole('tab', { name: 'Mehr' }).click()
    await hands.press(/^Einstellungen/)
    await page.getByRole('radio', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
  })

  it('takes another passcode for the one it has, and then only that', async () => {
    const { page, hands, says, open } = maria
    await maria.byFinger()
    await open('Settings')
    await hands.press(/^Change passcode/)
    const faults = await faultsOf(page, 'another passcode')
    await maria.type('111111', 'Delete last digit')
    await says('One more digit')
    for (let left = 5; left > 0; left--) await page.keyboard.press('Backspace')
    const choose = async (): Promise<void> => {
      await maria.type(otherPasscode, 'Continue')
      await page.getByRole('heading', { name: 'Once more, please' }).waitFor()
      await maria.type(otherPasscode, 'Set passcode')
      await says('Please confirm it is you')
    }
    await choose()
    await maria.type(otherPasscode, 'Confirm')
    await says(/^That was not your current passcode/)
    await maria.type(otherPasscode, 'Set passcode')
    await says('Please confirm it is you')
    await maria.type(passcode, 'Confirm')
    await says('From now on only the new one opens this phone.')
    faults.push(...(await faultsOf(page, 'passcode changed')))
    await hands.press('Done')
    await hands.home()
    await says('Protected')
    await page.reload()
    await maria.type(passcode, 'Unlock')
    await says(/^Wrong passcode\./)
    await maria.type(otherPasscode, 'Unlock')
    await says('All accounts together')
    expect(faults).toEqual([])
  })

  it('switches finger or face off and on', async () => {
    const { page, hands, says, open } = maria
    await open('Security')
    const toggle = () => page.getByRole('switch', { name: 'Finger or face' })
    await toggle().and(page.locator('[aria-checked=true]')).click()
    await says('Off. Quicker than typing, and nobody can look over your shoulder.')
    await says('Nothing opens without the bank. With finger or face your last balances would.')
    await hands.home()
    await page.reload()
    await page.getByRole('button', { name: 'Unlock' }).waitFor()
    expect(await page.getByRole('button', { name: 'Use finger or face' }).count()).toBe(0)
    await maria.type(otherPasscode, 'Unlock')
    await says('All accounts together')
    await open('Security')
    await cancelNextPrompt(page)
    await toggle().click()
    await says('Finger or face was not recognised. Try again, or use your passcode.')
    await toggle().click()
    await says('On. It never leaves this phone.')
    await maria.byFinger()
    await says('Protected')
  })

  it('is open in one window, and says so in the other', async () => {
    const { page, context, hands, says } = maria
    await hands.home()
    const window = await context.newPage()
    await window.goto(page.url())
    const press = (name: string) => window.getByRole('button', { name, exact: true }).click()
    const unlock = async (): Promise<void> => {
      await window.getByRole('button', { name: '5', exact: true }).waitFor()
      await window.keyboard.type(otherPasscode)
      await press('Unlock')
    }
    await unlock()
    await window.getByRole('heading', { name: 'Cannot read right now' }).waitFor()
    const faults = await faultsOf(window, 'unreadable')
    await press('Try again')
    await unlock()
    await window.getByRole('heading', { name: 'Cannot read right now' }).waitFor()
    await hands.press('Lock')
    await press('Try again')
    await unlock()
    await window.getByText('All accounts together').waitFor()
    await window.close()
    await maria.type(otherPasscode, 'Unlock')
    await says('All accounts together')
    expect(faults).toEqual([])
  })

  it('gets back in who forgot the passcode', async () => {
    const { page, hands, says } = maria
    await page.reload()
    await hands.press('Forgot your passcode?')
    const faults = await faultsOf(page, 'forgotten')
    await hands.press('Lock this phone now')
    await says('Locked, as you asked')
    faults.push(...(await faultsOf(page, 'locked, as asked')))
    await page.reload()
    await says('Locked, as you asked')
    await hands.press('Enter a new activation code')
    await maria.activate('maria')
    await says('All accounts together')
    await maria.open('Documents')
    expect(await page.getByRole('button', { name: /On this phone$/ }).count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('tells a phone that was wiped while it was open', async () => {
    const { says, open } = maria
    await open('Devices')
    const operator = await stage.bank.firstOperator()
    const wipe = `/admin/devices/${await newest('maria')}/wipe`
    expect(await stage.bank.admin(operator, 'POST', wipe)).toMatchObject({ json: { wiped: true } })
    await maria.hands.press('Back')
    await maria.hands.press(/^Devices/)
    await says('This phone was wiped')
    expect(await faultsOf(maria.page, 'wiped')).toEqual([])
    await maria.hands.press('Enter a new activation code')
    await maria.activate('maria')
  })

  it('tells a phone that the bank removed while it was open', async () => {
    const { page, says, open } = maria
    await open('Security')
    await stage.bank.revoke(await newest('maria'))
    await maria.hands.press(/^Devices/)
    await says('This phone was removed')
    await page.reload()
    await says('This phone was removed')
    await maria.hands.press('Enter a new activation code')
    await maria.activate('maria')
    await says('All accounts together')
  })

  it('begins anew when the browser took away what it had stored', async () => {
    const { page, context, says, open } = maria
    await open('Settings')
    const cdp = await context.newCDPSession(page)
    await cdp.send('Storage.clearDataForOrigin', { origin: new URL(page.url()).origin, storageTypes: 'all' })
    await maria.hands.press('Back')
    await page.getByRole('tab', { name: 'Home' }).click()
    await says('The browser made room')
    expect(await faultsOf(page, 'evicted')).toEqual([])
    await maria.hands.press('Activate this phone anew')
    await maria.hands.press('Remove')
    await maria.activate('maria')
    await says('All accounts together')
  })

  it('leaves nothing on a phone its user gives away, and the phone off his account', async () => {
    const { page, says, open } = maria
    const before = await newest('maria')
    await open('Settings')
    await maria.hands.press(/^Remove Alder Bank from this phone/)
    expect(await faultsOf(page, 'giving away')).toEqual([])
    await maria.hands.press('Remove')
    await says('Banking that stays yours')
    expect((await boundTo('maria')).find(({ id }) => id === before)?.revoked).not.toBeNull()
    await page.reload()
    await says('Banking that stays yours')
  })
})
