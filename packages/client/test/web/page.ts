/**
 * A page of ours in a real browser, and its functions to be called from a test:
 *
 *     // pages/accounts.ts                       // accounts.test.ts
 *     export const api = {                       import type { api } from './pages/accounts.ts'
 *       async balance(): Promise<number> { … },  const page = await startPage<typeof api>({ entry: pageFile('accounts.ts'), gatewayOrigin })
 *     }                                          expect(await page.call('balance')).toBe(100)
 *
 * Arguments and results are copied as structured clones are, Uint8Array too. Where the gateway must know the page's origin first, open the
 * site by itself: `const site = await openSite(pageFile('accounts.ts'))`, then `startPage({ site, gatewayOrigin })`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CDPSession, Page } from 'playwright-core'
import { type Browser, openBrowser } from './browser.ts'
import { openSite, type Site } from './site.ts'

type PageApi = Readonly<Record<string, (...args: never[]) => unknown>>

/** What a function of the page was refused with: of a HoldfastError its code. */
export class PageError extends Error {
  readonly code: string | undefined
  readonly retryAfter: number | undefined

  constructor({ name, message, code, retryAfter, cause }: Thrown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = name
    this.code = code
    this.retryAfter = retryAfter
  }
}
/** `cause`: in words. */
type Thrown = { name: string; message: string; code?: string; retryAfter?: number; cause?: unknown }

/** Of one tab. */
export type Tab<Api extends PageApi> = {
  readonly page: Page
  readonly cdp: CDPSession
  /** Rejects with {@link PageError}. */
  call<Name extends keyof Api & string>(
    name: Name,
    ...args: Parameters<Api[Name]>
  ): Promise<Awaited<ReturnType<Api[Name]>>>
  /** What is in memory is gone, what is stored stays; so does a virtual authenticator. */
  reload(): Promise<void>
}

/** The tab it started with, which is another one after {@link StartedPage.restart}. */
export type StartedPage<Api extends PageApi> = Tab<Api> & {
  readonly site: Site
  /** The directory everything stored lies in. */
  readonly profile: string
  /** One more tab of the same page. */
  tab(): Promise<Tab<Api>>
  /** From here on the page is at another origin, where nothing is stored: as in a browser of its own, without the time that takes. */
  anew(): Promise<void>
  /** Ends the browser, unless it was killed, and starts it on the same profile. A virtual authenticator is gone. */
  restart(): Promise<void>
  /** Ends the browser and leaves the profile to be looked at. */
  quit(): Promise<void>
  /** `kill -9` of the browser; go on with `restart`. */
  kill(): Promise<void>
  /** Ends the browser, the site if it was opened here, and removes the profile. */
  close(): Promise<void>
}

export type PageOptions = { readonly gatewayOrigin?: string } & (
  | { readonly entry: string }
  | { readonly site: Site }
)

/** The file of a page beside these. */
export function pageFile(name: string): string {
  return fileURLToPath(new URL(`pages/${name}`, import.meta.url))
}

/** Buffers as what they are: they would cross over as JSON. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return new Uint8Array(value)
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]))
}

async function openTab<Api extends PageApi>(browser: Browser, site: Site, page: Page): Promise<Tab<Api>> {
  const failures: string[] = []
  page.on('pageerror', (error) => failures.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(message.text())
  })
  async function ready(): Promise<void> {
    const there = await page.evaluate(() => 'hf' in globalThis)
    if (!there) throw new Error(`the page did not load: ${failures.join('; ')}`)
  }
  await page.goto(site.origin)
  await ready()
  return {
    page,
    cdp: await browser.context.newCDPSession(page),
    async call(name, ...args) {
      const answer = await page.evaluate(callInPage, { name, args: args.map(plain) })
      if ('thrown' in answer) throw new PageError(answer.thrown)
      return answer.result as never
    },
    async reload(): Promise<void> {
      await page.reload()
      await ready()
    },
  }
}

/** Runs in the page, so it knows nothing of this file. */
async function callInPage(order: {
  name: string
  args: unknown[]
}): Promise<{ result: unknown } | { thrown: Thrown }> {
  try {
    const { hf } = globalThis as unknown as { hf: Record<string, (...args: unknown[]) => unknown> }
    const act = hf[order.name]
    if (act === undefined) throw new TypeError(`the page has no function ${order.name}`)
    return { result: await act(...order.args) }
  } catch (error) {
    const { name, message, code, retryAfter, cause } = error as Thrown
    return {
      thrown: {
        name,
        message,
        ...(typeof code === 'string' ? { code } : {}),
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(cause instanceof Error ? { cause: `${cause.name}: ${cause.message}` } : {}),
      },
    }
  }
}

export async function startPage<Api extends PageApi>(options: PageOptions): Promise<StartedPage<Api>> {
  const own: Site[] = []
  let site = 'site' in options ? options.site : await openSite(options.entry)
  if (!('site' in options)) own.push(site)
  const allow = (): void => {
    if (options.gatewayOrigin !== undefined) site.allow(options.gatewayOrigin)
  }
  allow()
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-profile-'))
  let browser: Browser | null = null
  let first: Tab<Api>

  async function start(): Promise<void> {
    browser = await openBrowser(profile)
    const [page = await browser.context.newPage()] = browser.context.pages()
    first = await openTab(browser, site, page)
  }
  const running = (): Browser => {
    if (browser === null) throw new TypeError('the browser does not run: restart it')
    return browser
  }
  async function quit(): Promise<void> {
    await browser?.close()
    browser = null
  }

  await start()
  return {
    get site() {
      return site
    },
    profile,
    get page() {
      return first.page
    },
    get cdp() {
      return first.cdp
    },
    call: (name, ...args) => first.call(name, ...args),
    reload: () => first.reload(),
    tab: async () => openTab(running(), site, await running().context.newPage()),
    quit,
    async anew(): Promise<void> {
      site = await site.another()
      own.push(site)
      allow()
      const { context } = running()
      const before = context.pages()
      first = await openTab(running(), site, await context.newPage())
      for (const tab of before) await tab.close()
    },
    async restart(): Promise<void> {
      await quit()
      await start()
    },
    async kill(): Promise<void> {
      await running().kill()
      browser = null
    },
    async close(): Promise<void> {
      await quit()
      for (const opened of own) await opened.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
