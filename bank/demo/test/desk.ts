/** An operator's browser, with the console in it. */
import type { Browser, Page } from 'playwright-core'
import type { Credentials } from '../src/deployment.ts'

export type Desk = {
  readonly page: Page
  signIn(operator: Credentials): Promise<void>
  signOut(): Promise<void>
  /** For the customer to type, as it stands on the screen. */
  makeCode(user: string): Promise<string>
  /** The phone it was for is bound. */
  putAway(user: string): Promise<void>
  /** To what the customer approved, in the list of payments that wait. */
  openHold(amount: string): Promise<void>
  release(note: string): Promise<void>
}

/** It shares nothing with others of the same windows. */
export async function openDesk(windows: Browser, address: string): Promise<Desk> {
  const page = await windows.newPage()
  page.setDefaultTimeout(20_000)
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  await page.goto(address)
  return {
    page,
    async signIn({ name, secret }): Promise<void> {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Secret').fill(secret)
      await button('Sign in').click()
      await button('Sign out').waitFor()
    },
    async signOut(): Promise<void> {
      await button('Sign out').click()
      await page.getByText('You are signed out.').waitFor()
    },
    async makeCode(user): Promise<string> {
      await page.goto(`${address}/#/activations`)
      await page.getByLabel('Customer').fill(user)
      await page.getByLabel('Phone number on file').fill('+44 20 7946 0042')
      await button('Make code').click()
      return (await page.locator('.code-text').textContent()) ?? ''
    },
    async putAway(user): Promise<void> {
      await page.getByText(`A phone of ${user} is bound.`).waitFor()
      await button('Put away').click()
    },
    async openHold(amount): Promise<void> {
      await page.goto(`${address}/#/holds`)
      await page.getByRole('link').filter({ hasText: amount }).click()
      await page.getByText('What the customer saw and approved').waitFor()
    },
    async release(note): Promise<void> {
      await page.getByLabel('I called the customer').check()
      await page.getByLabel('Note').fill(note)
      await button('Release').click()
    },
  }
}
