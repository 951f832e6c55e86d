/** What a customer does with the app. */
import type { Locator } from 'playwright-core'
import type { Phone } from './stage.ts'

export type Hands = {
  press(name: string | RegExp): Promise<void>
  home(): Promise<void>
  /** To the last screen before a payment to a payee is sent. */
  fill(payee: string, amount: string, reference: string): Promise<void>
  /** And on until it waits for approval. */
  order(payee: string, amount: string, reference: string): Promise<void>
  /** Until the approval sheet is there. */
  sheet(): Promise<void>
  /** What stands in the sheet, from its title to the last line. */
  lines(): Promise<string[]>
  /** In a sheet that asks for it. */
  typePasscode(passcode: string): Promise<void>
  /** From the receipt back to Home. */
  finish(): Promise<void>
  /** The amounts the account shows under this reference. */
  booked(reference: string): Promise<string[]>
  /** How many payments Home says are not finished. */
  unfinished(): Promise<number>
}

export function handsOf({ page }: Pick<Phone, 'page'>): Hands {
  /** Screens below the one on top stay where they are, unseen. */
  const button = (name: string | RegExp): Locator =>
    page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .filter({ visible: true })
      .last()
  const press = (name: string | RegExp): Promise<void> => button(name).click()
  const sheet = (): Promise<void> => button('Do not approve').waitFor()

  async function home(): Promise<void> {
    while ((await page.getByRole('tab').filter({ visible: true }).count()) === 0) await press('Back')
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByText('All accounts together').waitFor()
  }
  async function fill(payee: string, amount: string, reference: string): Promise<void> {
    await press('Send money')
    await press(new RegExp(`^${payee}`))
    await page.getByRole('textbox', { name: 'Amount in EUR' }).fill(amount)
    await press('Continue')
    await page.getByLabel('Reference').fill(reference)
  }
  return {
    press,
    home,
    fill,
    sheet,
    async order(payee, amount, reference): Promise<void> {
      await fill(payee, amount, reference)
      await press(/^Send €/)
      await sheet()
    },
    async lines(): Promise<string[]> {
      const text = await page.getByRole('dialog').innerText()
      const all = text.split('\n').filter((line) => line.trim() !== '')
      // Beside the title stands the time that is left.
      const clock = all.findIndex((line) => /^\d:\d\d$/.test(line))
      const end = all.findIndex((line) => /^(?:Approve with|Do not approve)/.test(line))
      return [...all.slice(clock - 1, clock), ...all.slice(clock + 1, end)]
    },
    async typePasscode(passcode): Promise<void> {
      await button('5').waitFor()
      await page.keyboard.type(passcode)
      await press('Approve')
    },
    async finish(): Promise<void> {
      await page.getByRole('heading', { name: 'Sent', exact: true }).waitFor({ timeout: 60_000 })
      await press('Done')
      await page.getByText('All accounts together').waitFor()
    },
    async booked(reference): Promise<string[]> {
      await home()
      await press(/^Everyday/)
      const [search, rows] = [page.getByRole('searchbox'), page.getByRole('button', { name: /[−+]€/ })]
      await search.waitFor()
      await rows.first().waitFor()
      await search.fill(reference)
      // What the account showed before anybody searched goes first; what comes then is the answer.
      await rows.filter({ hasNotText: reference, visible: true }).first().waitFor({ state: 'detached' })
      await page.getByText('Nothing found').or(rows.first()).waitFor()
      const labels = await rows.evaluateAll((all) => all.map((row) => row.textContent))
      await home()
      return labels.map((label) => /[−+]€[\d,.]*\d/.exec(label)?.[0] ?? label)
    },
    async unfinished(): Promise<number> {
      await home()
      return page.getByText('A payment is not finished').filter({ visible: true }).count()
    },
  }
}
