import type { Device, Notice, Session } from '@holdfast/client'
import { type App, openSession, waysOf } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, button, el, screen } from '../dom.ts'
import { noticeWords, words } from '../words.ts'
import { lock, navigation } from './nav.ts'

const { security } = words

const day = (seconds: number): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(seconds * 1000)

type Act = (act: () => Promise<unknown>) => void

function deviceRow({ id, name, created, revoked, this: here }: Device, app: App, run: Act): HTMLElement {
  const state = here ? security.here : revoked === null ? null : security.removed
  const remove = button(security.remove, () => run(() => openSession(app).removeDevice(id)), {
    kind: 'quiet',
  })
  return el(
    'li',
    { class: revoked === null ? '' : 'gone' },
    el('span', {}, name, state === null ? null : el('em', {}, ` · ${state}`), el('small', {}, day(created))),
    state === null ? remove : null,
  )
}

function noticeRow({ kind, at, device }: Notice): HTMLElement {
  return el('li', {}, el('span', {}, noticeWords[kind] ?? kind, el('small', {}, `${device} · ${day(at)}`)))
}

export async function securityScreen(app: App): Promise<HTMLElement> {
  const { view: alert, tell } = alertLine()
  const devices = el('ul', { class: 'rows card' })
  const notices = el('ul', { class: 'rows card' })

  async function load(): Promise<void> {
    const session = openSession(app)
    const [listed, heard] = await Promise.all([session.devices(), session.notices()])
    devices.replaceChildren(...listed.map((device) => deviceRow(device, app, run)))
    const rows = heard.slice(0, 8).map(noticeRow)
    notices.replaceChildren(...(rows.length === 0 ? [el('li', {}, security.nothing)] : rows))
  }
  const run: Act = (act) => void attempt(act)
  async function attempt(act: () => Promise<unknown>): Promise<void> {
    tell('')
    try {
      await busy(security.busy, act)
      if (app.session !== null) await load()
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  async function leave(): Promise<void> {
    await openSession(app)
      .end()
      .catch(() => undefined)
    await lock(app)
  }
  /** What is offered and told is another thing then. */
  function changeFinger(act: (session: Session) => Promise<void>): void {
    run(async () => {
      await act(openSession(app))
      await app.go('security')
    })
  }
  const change = (): void => {
    app.changing = true
    void app.go('choose')
  }

  const { presence } = await waysOf(app)
  const finger = presence
    ? button(security.dropPresence, () => changeFinger((session) => session.disablePresence()), {
        kind: 'plain',
      })
    : button(security.addPresence, () => changeFinger((session) => session.enablePresence()), {
        kind: 'plain',
      })
  const view = screen(
    security.title,
    el(
      'div',
      { class: 'card state' },
      el('p', {}, el('strong', {}, security.state)),
      el('p', {}, presence ? security.presence : security.condition),
    ),
    alert,
    el('div', { class: 'actions' }, button(security.change, change, { kind: 'plain' }), finger),
    el('h2', {}, security.devices),
    devices,
    el('h2', {}, security.notices),
    notices,
    button(security.end, () => void leave(), { kind: 'danger' }),
    navigation(app, 'security'),
  )
  await attempt(async () => undefined)
  return view
}
