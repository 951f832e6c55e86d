/** Tells the user what takes its time: opening with a passcode is slow on purpose. */
import { el } from './dom.ts'

/** Nobody needs to be told of less, in milliseconds. */
const noticed = 500

/** Meanwhile nothing on the page can be pressed; afterwards the focus is where it was. */
export async function busy<Result>(words: string, act: () => Promise<Result>): Promise<Result> {
  const line = document.querySelector<HTMLElement>('.busy') as HTMLElement
  const surface = document.querySelector('dialog[open]') ?? (document.querySelector('main') as HTMLElement)
  const focused = document.activeElement
  const timer = setTimeout(() => {
    line.replaceChildren(el('span', { class: 'spinner', 'aria-hidden': 'true' }), words)
    line.hidden = false
  }, noticed)
  surface.toggleAttribute('inert', true)
  try {
    return await act()
  } finally {
    clearTimeout(timer)
    line.hidden = true
    surface.toggleAttribute('inert', false)
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true })
  }
}
