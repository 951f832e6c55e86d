/** axe-core on every screen, by day, by night and on a phone: it finds nothing at all, and nothing is wider than its window. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtPage } from '../../app/test/built-page.ts'
import { openWindows } from '../../../packages/client/test/web/browser.ts'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { bathroom } from './customer.ts'
import { openConsole, type OpenConsole, openStage, type Stage } from './stage.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const looks = [
  { look: 'by day', colorScheme: 'light', width: 1280, height: 800 },
  { look: 'by night', colorScheme: 'dark', width: 1280, height: 800 },
  { look: 'on a phone', colorScheme: 'dark', width: 390, height: 844 },
] as const

/** How much wider than its room the page is, or a pane of it that scrolls by itself. */
const widthOver = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const panes = [document.documentElement, ...document.querySelectorAll('.page, .list, .beside')]
    return Math.max(...panes.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))
  })

/** What axe says is wrong, in a line each. */
async function faultsOf(page: Page, screen: string): Promise<string[]> {
  // It stays until the page is loaded anew.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const { violations } = await page.evaluate(() => {
    const { axe: loaded } = globalThis as unknown as { axe: typeof Axe }
    return loaded.run({ resultTypes: ['violations'] })
  })
  const size = page.viewportSize()
  const wide = await widthOver(page)
  // The least width it is laid out for, where it is not one column yet.
  await page.setViewportSize({ width: size?.width === 1280 ? 900 : 360, height: 700 })
  const wideInLess = await widthOver(page)
  if (size !== null) await page.setViewportSize(size)
  return [
    ...violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target }) => `${screen}: ${impact} ${id} at ${target.join(' ')}`),
    ),
    ...(wide + wideInLess > 0 ? [`${screen}: ${wide} and ${wideInLess} pixels wider than its window`] : []),
  ]
}

describe.skipIf(chromiumPath === null)(inChromium('the console for everybody'), { timeout: 60_000 }, () => {
  let stage: Stage
  let built: string
  let console: OpenConsole
  let browser: Browser
  let page: Page
  let device: string
  let secret: string
  let hold: string

  beforeAll(async () => {
    ;[stage, built, browser] = await Promise.all([openStage(), builtPage('bank/console'), openWindows()])
    ;({ secret } = await stage.addOperator('anna'))
    const maria = await stage.customer('maria')
    hold = (await maria.payHeld(bathroom)).id
    await maria.payHeld({ ...bathroom, amount: { currency: 'EUR', value: '1250.00' } })
    device = maria.device
    console = await openConsole(stage, { page: built })
    page = await browser.newPage()
    page.setDefaultTimeout(20_000)
  })
  afterAll(async () => {
    await browser.close()
    await console.close()
    await stage.close()
  })

  const screens: ReadonlyArray<readonly [name: string, open: () => Promise<void>]> = [
    ['holds', () => page.getByText('€1,250.00').waitFor()],
    [
      'hold',
      async () => {
        await page.goto(`${console.address}/#/holds?id=${hold}`)
        await page.getByRole('button', { name: 'Release' }).click()
        await page.getByText('Call the customer before').waitFor()
      },
    ],
    [
      'refuse',
      async () => {
        await page.getByLabel('Note').fill('No.')
        await page.getByRole('button', { name: 'Refuse' }).click()
        await page.getByRole('dialog').waitFor()
      },
    ],
    [
      'devices',
      async () => {
        await page.keyboard.press('Escape')
        await page.goto(`${console.address}/#/devices`)
        await page.getByRole('table').waitFor()
      },
    ],
    [
      'device',
      async () => {
        await page.goto(`${console.address}/#/devices?device=${device}`)
        await page.getByText('Device id').waitFor()
      },
    ],
    [
      'nobody',
      async () => {
        await page.goto(`${console.address}/#/devices?user=nobody`)
        await page.getByText('nobody has no device.').waitFor()
      },
    ],
    [
      'activations',
      async () => {
        await page.goto(`${console.address}/#/activations`)
        await page.getByLabel('Customer').fill('maria')
        await page.getByLabel('Phone number').fill('+44 20 7946 0042')
        await page.keyboard.press('Enter')
        await page.getByText('Tell the customer').waitFor()
      },
    ],
    [
      'audit',
      async () => {
        await page.goto(`${console.address}/#/audit`)
        await page.getByRole('row').filter({ hasText: 'device.bound' }).getByRole('button').click()
        await page.getByRole('link', { name: 'Devices of maria' }).waitFor()
      },
    ],
    [
      'health',
      async () => {
        await page.goto(`${console.address}/#/health`)
        await page.getByRole('row').filter({ hasText: 'wrapping' }).waitFor()
      },
    ],
    [
      'operators',
      async () => {
        await page.goto(`${console.address}/#/operators`)
        await page.getByRole('row').filter({ hasText: 'anna' }).waitFor()
      },
    ],
    [
      'keys',
      async () => {
        await page.keyboard.press('?')
        await page.getByRole('dialog').waitFor()
      },
    ],
  ]

  it.each(looks)('is in order $look', async ({ colorScheme, width, height }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    await page.goto(`${console.address}/`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const faults = await faultsOf(page, 'sign-in')
    await page.getByLabel('Name').fill('anna')
    await page.getByLabel('Secret').fill(secret)
    await page.keyboard.press('Enter')
    for (const [name, open] of screens) {
      await open()
      faults.push(...(await faultsOf(page, name)))
    }
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    await page.goto('about:blank')
    expect(faults).toEqual([])
  })
})
