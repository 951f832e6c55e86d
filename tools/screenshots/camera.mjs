/** Takes pictures of pages by day and by night, and notes what is wrong with them. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'

const schemes = ['light', 'dark']

/** Text that stands beyond an edge of its window, where nothing can be pushed aside. */
function textOutside() {
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  /** In a row that can be pushed aside, or cut with a sign that says so. */
  const isMeant = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(one)
      const pushed = ['auto', 'scroll'].includes(overflowX) && one.scrollWidth > one.clientWidth
      if (pushed || textOverflow === 'ellipsis') return true
    }
    return false
  }
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode
    if (textContent.trim() === '' || !parentElement.checkVisibility()) continue
    const range = document.createRange()
    range.selectNodeContents(walker.currentNode)
    const { left, right, width } = range.getBoundingClientRect()
    if (width > 0 && (left < -1 || right > innerWidth + 1) && !isMeant(parentElement)) found.push(textContent)
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  return wide > 0 ? [...found, `the page: ${wide} pixels`] : found
}

/** The pane on top that goes on below its edge: moved to its end. False: everything is on the screen already. */
function scrollDown() {
  const top = [...document.querySelectorAll('[role=dialog], dialog[open]')].at(-1) ?? document
  const panes = [...top.querySelectorAll('*')].filter((element) => {
    const { overflowY } = getComputedStyle(element)
    const below = element.scrollHeight - element.clientHeight - element.scrollTop
    return ['auto', 'scroll'].includes(overflowY) && below > 24 && element.checkVisibility()
  })
  const pane = panes.at(-1)
  // React Native gives its panes a `scrollTo` of its own.
  if (pane !== undefined) pane.scrollTop = pane.scrollHeight
  return pane !== undefined
}
function scrollUp() {
  for (const element of document.querySelectorAll('*')) if (element.scrollTop > 0) element.scrollTop = 0
}

export function createCamera(folder) {
  mkdirSync(folder, { recursive: true })
  const faults = []
  const taken = new Map()

  async function picture(page, name) {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // What depends on the scheme is drawn anew by the page's own code.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      )
      await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`), animations: 'disabled' })
    }
    for (const text of await page.evaluate(textOutside))
      faults.push(`${name}: wider than its window: ${text}`)
  }

  return {
    faults,
    count: () => [...taken.values()].reduce((sum, number) => sum + number, 0) * schemes.length,
    /** From now on what the page itself complains about is a fault. */
    watch(page, tour) {
      page.on('pageerror', (error) => faults.push(`${tour}: ${error}`))
      page.on('console', (message) => {
        if (/content security policy|trusted type/i.test(message.text()))
          faults.push(`${tour}: ${message.text()}`)
      })
    },
    /** `whole`: what lies below the lower edge gets a picture of its own. */
    async shot(page, tour, title, { whole = true } = {}) {
      const number = (taken.get(tour) ?? 0) + 1
      taken.set(tour, number)
      const name = `${tour}-${String(number).padStart(2, '0')}-${title}`
      await picture(page, name)
      if (!whole || !(await page.evaluate(scrollDown))) return
      taken.set(tour, number + 1)
      await picture(page, `${tour}-${String(number + 1).padStart(2, '0')}-${title}-end`)
      await page.evaluate(scrollUp)
    },
  }
}
