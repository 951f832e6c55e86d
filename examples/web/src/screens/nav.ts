import type { App, Place } from '../app.ts'
import { el } from '../dom.ts'
import { words } from '../words.ts'

const { nav } = words

export async function lock(app: App): Promise<void> {
  await app.client.lock()
  app.session = null
  await app.go('locked')
}

export function navigation(app: App, here: Place): HTMLElement {
  const item = (place: Place, text: string): HTMLElement =>
    el(
      'button',
      {
        type: 'button',
        class: place,
        ...(place === here ? { 'aria-current': 'page' } : {}),
        click: () => void app.go(place),
      },
      text,
    )
  return el(
    'nav',
    { 'aria-label': nav.label },
    item('home', nav.home),
    item('security', nav.security),
    el('button', { type: 'button', class: 'lock', click: () => void lock(app) }, nav.lock),
  )
}
