/** The whole bank, and everybody in front of it: two customers with phones, two operators with browsers. */
import type { Page } from 'playwright-core'
import { handsOf } from '../../app/test/hands.ts'
import { faultsOf, openStage, type Phone, type Stage } from '../../app/test/stage.ts'
import { builtPage } from '../../app/test/built-page.ts'
import { openWindows } from '../../../packages/client/test/web/browser.ts'
import { type Desk, openDesk } from './desk.ts'

export type House = {
  readonly bank: Stage['bank']
  readonly desk: Desk
  readonly otherDesk: Desk
  /** At the app's first screen. */
  openPhone(): Promise<Phone>
  /** Lets axe judge what is on the screen. */
  look(page: Page, screen: string): Promise<void>
  /** What axe or the pages themselves have complained about since this was last asked. */
  takeFaults(): string[]
  close(): Promise<void>
}

export async function openHouse(): Promise<House> {
  const faults: string[] = []
  const [stage, built, windows] = await Promise.all([
    openStage({ asShipped: true }),
    builtPage('bank/console'),
    openWindows(),
  ])
  const address = await stage.bank.serveConsole(built)
  const [desk, otherDesk] = await Promise.all([openDesk(windows, address), openDesk(windows, address)])

  function watch(page: Page): void {
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      if (/content security policy|trusted type/i.test(message.text())) faults.push(message.text())
    })
  }
  for (const { page } of [desk, otherDesk]) watch(page)
  return {
    bank: stage.bank,
    desk,
    otherDesk,
    async openPhone(): Promise<Phone> {
      const phone = await stage.openPhone()
      watch(phone.page)
      return phone
    },
    look: async (page, screen) => void faults.push(...(await faultsOf(page, screen))),
    takeFaults: () => faults.splice(0),
    async close(): Promise<void> {
      await windows.close()
      await stage.close()
    },
  }
}

/** Of the current account, in cents, as Home says. It asks anew whenever it comes up. */
export async function balanceOn(phone: Phone): Promise<number> {
  const { page } = phone
  await handsOf(phone).home()
  await page.getByRole('tab', { name: 'More' }).click()
  await page.getByRole('tab', { name: 'Home' }).click()
  const said = await page.getByRole('button', { name: /^Everyday/ }).innerText()
  return Number(said.split('€').at(-1)?.replaceAll(/\D/g, ''))
}
