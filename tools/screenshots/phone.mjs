/** A phone-sized browser with the app in it, and what its user does with it. */
import { randomUUID } from 'node:crypto'
import { devices } from 'playwright-core'
import { openLine } from './line.mjs'
import { readWords } from './words.mjs'

export const passcode = '739264'
export const wrong = '618350'
const patience = 20_000

/** A finger that is always there, and always the right one. */
async function addFinger(context, page) {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2',
    ctap2Version: 'ctap2_1',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    hasPrf: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  }
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options })
}

/** As somebody has it who set the browser's text to 150 %. */
function enlarge() {
  addEventListener('DOMContentLoaded', () => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(':root { font-size: 150% }')
    document.adoptedStyleSheets = [sheet]
  })
}

const newProfile = (tour) => `${tour}-${randomUUID()}`
const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** `tour`: what its pictures are called. `profile`: of a browser there was before. */
export async function openPhone(
  studio,
  tour,
  { language = 'en', large = false, profile = newProfile(tour) } = {},
) {
  const { bank, address, camera } = studio
  const { defaultBrowserType: _, ...pixel } = devices['Pixel 7']
  const context = await studio.launch(profile, { ...pixel, locale: language === 'de' ? 'de-DE' : 'en-GB' })
  const [page = await context.newPage()] = context.pages()
  page.setDefaultTimeout(patience)
  camera.watch(page, tour)
  await addFinger(context, page)
  if (large) await page.addInitScript(enlarge)
  const line = await openLine(context, bank.origin)
  await page.goto(address)

  const button = (name) => page.getByRole('button', { name, exact: true })
  const press = (name) => button(name).click()
  /** Nothing is on its way any more; behind a sheet there may be. */
  async function settle() {
    const sheets = page.getByRole('dialog')
    const top = (await sheets.count()) > 0 ? sheets.last() : page
    for (const moving of ['[role=status]:visible', '[aria-busy=true]:visible'])
      await top.locator(moving).first().waitFor({ state: 'detached' })
  }
  async function type(code, send) {
    await button('5').last().waitFor()
    await page.keyboard.type(code)
    if (send !== undefined) await press(send)
  }
  return {
    studio,
    page,
    line,
    profile,
    words: await readWords(language),
    button,
    press,
    /** A row of a list, by what it begins with. */
    choose: (text) =>
      page
        .getByRole('button', { name: new RegExp(`^${escaped(text)}`) })
        .first()
        .click(),
    at: (title) => page.getByRole('heading', { name: title, exact: true }).first().waitFor(),
    tab: (name) => page.getByRole('tab', { name, exact: true }).click(),
    type,
    settle,
    /** As it is: also while something is on its way. */
    snap: (title, options) => camera.shot(page, tour, title, { whole: false, ...options }),
    async shot(title, options) {
      await settle()
      await camera.shot(page, tour, title, options)
    },
    close: () => context.close(),
  }
}

export const digitsOf = async (bank) => /\b\d{6}\b/.exec(await bank.lastText())[0]
