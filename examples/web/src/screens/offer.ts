import { type App, openSession } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, button, el, screen } from '../dom.ts'
import { words } from '../words.ts'

const { offer } = words

export function offerScreen(app: App): HTMLElement {
  const { view: alert, tell } = alertLine()
  async function accept(): Promise<void> {
    tell('')
    try {
      await busy(offer.busy, () => openSession(app).enablePresence())
      await app.go('home')
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  return screen(
    offer.title,
    el('div', { class: 'emblem finger', 'aria-hidden': 'true' }),
    el('p', {}, offer.text),
    alert,
    button(offer.yes, () => void accept()),
    button(offer.no, () => void app.go('home'), { kind: 'plain' }),
  )
}
