/** How this device stands when unlocking is not the way on. */
import type { App } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, button, el, screen } from '../dom.ts'
import { standing, words } from '../words.ts'

async function sentenceOf({ client }: App): Promise<{ title: string; text: string }> {
  const { state } = await client.condition()
  return state in standing ? standing[state as keyof typeof standing] : standing.unreadable
}

/** Only a new activation helps. */
export async function endedScreen(app: App): Promise<HTMLElement> {
  const { title, text } = await sentenceOf(app)
  return screen(
    title,
    el('div', { class: 'emblem shield', 'aria-hidden': 'true' }),
    el('p', {}, text),
    button(words.ended.again, () => void app.go('welcome')),
  )
}

export async function troubleScreen(app: App): Promise<HTMLElement> {
  const { title, text } = await sentenceOf(app)
  const { view: alert, tell } = alertLine()
  return screen(
    title,
    el('div', { class: 'emblem shield', 'aria-hidden': 'true' }),
    el('p', {}, text),
    alert,
    button(words.trouble.again, () => location.reload()),
    forgetButton(app, tell),
  )
}

/** Pressed twice it removes what is stored here. */
export function forgetButton(app: App, tell: (text: string) => void): HTMLElement {
  let sure = false
  const press = async (): Promise<void> => {
    if (!sure) {
      sure = true
      view.textContent = words.trouble.sure
      return
    }
    try {
      await busy(words.security.busy, () => app.client.forget())
      location.reload()
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  const view = button(words.trouble.forget, () => void press(), { kind: 'danger' })
  return view
}
