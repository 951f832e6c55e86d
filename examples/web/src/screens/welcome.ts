import type { App } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, el, form, screen } from '../dom.ts'
import { words } from '../words.ts'

const { welcome } = words

export function welcomeScreen(app: App): HTMLElement {
  const { view: alert, tell } = alertLine()
  const code = el('input', {
    id: 'code',
    type: 'text',
    autocapitalize: 'characters',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 40,
    'aria-describedby': 'code-hint',
  })
  async function send(): Promise<void> {
    tell('')
    try {
      const activation = { activationCode: code.value, deviceName: 'This browser' }
      app.pending = await busy(welcome.busy, () => app.client.enrol(activation))
      await app.go('text')
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  return screen(
    welcome.title,
    el('p', {}, welcome.text),
    form(
      () => void send(),
      el('label', { for: 'code' }, welcome.label),
      code,
      el('p', { class: 'hint', id: 'code-hint' }, welcome.hint),
      alert,
      el('button', { type: 'submit', class: 'primary' }, welcome.send),
    ),
  )
}
