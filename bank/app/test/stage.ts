/** The whole bank, the app as Vite builds it, and phones it runs on. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Axe from 'axe-core'
import { type BrowserContext, chromium, devices, type Page } from 'playwright-core'
import { copyPrepared } from '../../api/test/prepared.ts'
import { filledBooks } from '../../api/test/filled-books.ts'
import { addAuthenticator, type Authenticator } from '../../../packages/client/test/web/authenticator.ts'
import { chromiumPath } from '../../../packages/client/test/web/chromium.ts'
import { type Bank, type BankOptions, deployBank } from '../../demo/src/deployment.ts'
import { builtPage, insecureFastPage } from './built-page.ts'

export const passcode = '739264'
const patience = 20_000

export type PhoneOptions = {
  /** Its own time, for `page.clock`. */
  readonly ownClock?: boolean
  readonly args?: readonly string[]
  readonly permissions?: readonly string[]
  readonly locale?: string
}

export type Binding = {
  /** What the phone is called. */
  readonly name?: string
  /** The one to choose. */
  readonly passcode?: string
  /** Told of each screen on the way. */
  readonly look?: (screen: string) => Promise<void>
}

export type Phone = {
  readonly context: BrowserContext
  readonly page: Page
  readonly finger: Authenticator
  /** The folder everything it stores lies in. */
  readonly profile: string
  /** From the first screen to Home with this code, finger included. */
  bind(code: string, binding?: Binding): Promise<void>
  /** The same with a code that was made for it. */
  activate(user: string, name?: string): Promise<void>
  /** With the passcode, once it is locked. */
  unlock(): Promise<void>
  /** Ended and opened anew: what was only in memory is gone. */
  restart(): Promise<void>
}

export type Stage = {
  readonly bank: Bank
  /** A browser of its own. Its page is the app's first screen. */
  openPhone(options?: PhoneOptions): Promise<Phone>
  close(): Promise<void>
}

export type StageOptions = Pick<BankOptions, 'sealed'> & {
  /** With a gateway on its embedded database, and the cost a passcode has: what takes time and is the same for every screen. */
  readonly asShipped?: boolean
}

export async function openStage({ sealed = true, asShipped = false }: StageOptions = {}): Promise<Stage> {
  const books = await filledBooks(new Date())
  const bringBooks = async (data: string): Promise<void> => copyPrepared(books, data)
  const built = await (asShipped ? builtPage('bank/app') : insecureFastPage())
  const bank = await deployBank({ sealed, store: asShipped ? 'embedded' : 'memory', bringBooks })
  const address = await bank.serveApp(built)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-app-'))
  const open: BrowserContext[] = []
  return {
    bank,
    async openPhone(wanted = {}): Promise<Phone> {
      const profile = mkdtempSync(join(folder, 'profile-'))
      const context = await openContext(profile, wanted)
      open.push(context)
      const [page = await context.newPage()] = context.pages()
      page.setDefaultTimeout(patience)
      if (wanted.ownClock === true) await page.clock.install()
      const finger = await addAuthenticator(await context.newCDPSession(page))
      await page.goto(address)
      return phoneOf(bank, { context, page, finger, profile })
    },
    async close(): Promise<void> {
      for (const context of open) await context.close()
      await bank.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** As an operator makes one, without a process for each. */
export async function makeCode(bank: Bank, user: string): Promise<string> {
  const order = { user, send_to: '+44 20 7946 0042' }
  const { json } = await bank.admin(await bank.firstOperator(), 'POST', '/admin/activations', order)
  return json['code'] as string
}

function openContext(profile: string, options: PhoneOptions): Promise<BrowserContext> {
  const { args = [], permissions = [], locale = 'en-GB' } = options
  const { defaultBrowserType: _, ...pixel } = devices['Pixel 7'] ?? {}
  return chromium.launchPersistentContext(profile, {
    ...pixel,
    executablePath: chromiumPath as string,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', ...args],
    permissions: [...permissions],
    locale,
    reducedMotion: 'reduce',
    timeout: 60_000,
  })
}

type Browser = Pick<Phone, 'context' | 'page' | 'finger' | 'profile'>

const nobody = async (): Promise<void> => undefined

function phoneOf(bank: Bank, browser: Browser): Phone {
  const { page } = browser
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const home = () => page.getByRole('tab', { name: 'Home' }).waitFor()
  async function type(send: string, typed = passcode): Promise<void> {
    await button('5').waitFor()
    await page.keyboard.type(typed)
    await button(send).click()
  }
  async function bind(code: string, { name, passcode: chosen, look = nobody }: Binding = {}): Promise<void> {
    await look('welcome')
    await button('Enter activation code').click()
    await page.getByRole('textbox', { name: 'Activation code' }).fill(code)
    if (name !== undefined) await page.getByLabel('Name of this phone').fill(name)
    await look('activation code')
    await button('Continue').click()
    const words = (await page.getByTestId('check-phrase').textContent()) ?? ''
    const text = await bank.lastText()
    if (!text.includes(words)) throw new Error('the text names other words')
    await look('digits from the text')
    await page.getByLabel('6 digits from the text').fill(/\b\d{6}\b/.exec(text)?.[0] ?? '')
    await button('Bind this phone').click()
    await button('5').waitFor()
    await look('choose a passcode')
    await type('Continue', chosen)
    await page.getByRole('heading', { name: 'Once more, please' }).waitFor()
    await look('the passcode once more')
    await type('Set passcode', chosen)
    await button('Use finger or face').waitFor()
    await look('finger or face')
    await button('Use finger or face').click()
    await home()
  }
  async function unlock(): Promise<void> {
    await type('Unlock')
    await home()
  }
  return {
    ...browser,
    unlock,
    bind,
    activate: async (user, name) => bind(await makeCode(bank, user), name === undefined ? {} : { name }),
    async restart(): Promise<void> {
      await page.reload()
      await unlock()
    },
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core calls serious on this screen, by day and by night, in a line each; and what is wider than the phone. */
export async function faultsOf(page: Page, screen: string): Promise<string[]> {
  // It stays until the page is loaded anew.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The browser draws the ground of the page anew at once, the app its own when it has heard of it.
    await page.waitForFunction(() => {
      const ground = getComputedStyle(document.body).backgroundColor
      return [...document.querySelectorAll('#root *')].some(
        (one) => getComputedStyle(one).backgroundColor === ground,
      )
    })
    const { violations, wide } = await page.evaluate(async () => {
      const { axe: loaded } = globalThis as unknown as { axe: typeof Axe }
      // What is in order is neither gathered nor sent: that takes longer than to look.
      const { violations: found } = await loaded.run({ resultTypes: ['violations'] })
      return { violations: found, wide: document.documentElement.scrollWidth - innerWidth }
    })
    faults.push(
      ...violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) =>
          nodes.map(({ target }) => `${screen}, ${colorScheme}: ${id} at ${target.join(' ')}`),
        ),
      ...(wide > 0 ? [`${screen}: ${wide} pixels wider than its window`] : []),
    )
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  return faults
}
