import type { App } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, button, el, form, screen } from '../dom.ts'
import { words } from '../words.ts'

const { text } = words

/** After a reload the enrolment goes on where it was, or is over. */
async function pendingOf(app: App): Promise<App['pending']> {
  if (app.pending !== null) return app.pending
  const resumed = await busy(text.busy, () => app.client.resumeEnrolment())
  return resumed.phase === 'enrolling' ? resumed : null
}

export async function textScreen(app: App): Promise<HTMLElement> {
  const { view: alert, tell } = alertLine()
  const restart = button(text.restart, () => void app.go('welcome'), { kind: 'quiet' })
  app.pending = await pendingOf(app).catch(async (error: unknown) => {
    await app.failed(error, tell)
    return null
  })
  const { pending } = app
  if (pending === null) return screen(text.title, alert, restart)
  const digits = el('input', {
    id: 'digits',
    class: 'digits',
    type: 'text',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    maxlength: 6,
  })
  async function send(): Promise<void> {
    if (pending === null) return
    tell('')
    try {
      await busy(text.busy, () => pending.confirm(digits.value.trim()))
      app.session = await busy(text.busy, () => app.client.unlock())
      app.pending = null
      app.changing = false
      await app.go('choose')
    } catch (error) {
      digits.value = ''
      await app.failed(error, tell)
    }
  }
  return screen(
    text.title,
    el('p', {}, text.sent(pending.sentTo)),
    el('p', { class: 'phrase' }, pending.checkPhrase),
    el('p', { class: 'hint' }, text.warn),
    form(
      () => void send(),
      el('label', { for: 'digits' }, text.label),
      digits,
      alert,
      el('button', { type: 'submit', class: 'primary' }, text.send),
    ),
    restart,
  )
}
