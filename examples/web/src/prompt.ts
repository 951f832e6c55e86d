/** Asks for a factor in the middle of something: a sheet over the screen. */
import type { Factor, Need } from '@holdfast/client'
import { button, el } from './dom.ts'
import { createPad } from './pad.ts'
import { words } from './words.ts'

/** Null when the user does not want to. */
export function askFactor({ reason, acr }: Need): Promise<Factor | null> {
  return new Promise((resolve) => {
    const sheet = el('dialog', { class: 'sheet', 'aria-labelledby': 'sheet-title' })
    const end = (factor: Factor | null): void => {
      sheet.close()
      sheet.remove()
      for (const part of document.querySelectorAll('main')) part.toggleAttribute('inert', inert)
      resolve(factor)
    }
    // What asks may hold the screen; the sheet lies above it.
    const inert = document.querySelector('main')?.hasAttribute('inert') ?? false
    const corner =
      acr === 'presence'
        ? el('button', {
            type: 'button',
            class: 'key finger',
            'aria-label': words.locked.presence,
            click: () => end({ presence: true }),
          })
        : undefined
    const pad = createPad({
      send: words.prompt.send,
      give: (passcode) => end({ passcode }),
      ...(corner === undefined ? {} : { corner }),
    })
    sheet.append(
      el('h2', { id: 'sheet-title', tabindex: -1, autofocus: true }, words.prompt[reason]),
      el('p', {}, words.prompt[acr]),
      pad.view,
      button(words.prompt.cancel, () => end(null), { kind: 'quiet' }),
    )
    sheet.addEventListener('cancel', (event) => {
      event.preventDefault()
      end(null)
    })
    document.body.append(sheet)
    sheet.showModal()
  })
}
