import { type Factor, HoldfastError } from '@holdfast/client'
import { type App, waysOf } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, button, el, screen } from '../dom.ts'
import { createPad } from '../pad.ts'
import { words } from '../words.ts'
import { forgetButton } from './standing.ts'

const { locked, forgotten } = words

type Tell = (text: string) => void

/** What the ways in have in common; `more` is where a further one appears when it is needed. */
function ways(app: App, more: HTMLElement) {
  async function offline(tell: Tell): Promise<void> {
    try {
      app.offline = await busy(locked.busyPresence, () => app.client.openOffline())
      await app.go('home')
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  return async function open(factor: Factor, tell: Tell): Promise<void> {
    tell('')
    more.replaceChildren()
    try {
      const waiting = 'passcode' in factor ? locked.busy : locked.busyPresence
      app.session = await busy(waiting, () => app.client.unlock(factor))
      await app.go('home')
    } catch (error) {
      const code = error instanceof HoldfastError ? error.code : null
      if (code === 'network_unreachable' && (await waysOf(app)).offline)
        more.replaceChildren(button(locked.offline, () => void offline(tell), { kind: 'plain' }))
      if (code === 'passcode_not_set') more.replaceChildren(forgetButton(app, tell))
      const { left } = await app.client.condition()
      const tries = code === 'passcode_refused' && left !== null && left > 0 ? locked.left(left) : ''
      await app.failed(error, (text) => tell(text + tries))
    }
  }
}

export async function lockedScreen(app: App): Promise<HTMLElement> {
  app.session = null
  const { state, until } = await app.client.condition()
  const { presence } = await waysOf(app)
  const more = el('div', { class: 'more' })
  const open = ways(app, more)
  const forgot = button(locked.forgot, () => view.replaceWith(forgottenView(app, view)), { kind: 'quiet' })
  const waiting = state === 'waiting' && until !== null
  const view = waiting ? waitingView(app, until, presence ? open : null) : padView(open, presence)
  view.append(more, forgot)
  return view
}

type Open = (factor: Factor, tell: Tell) => Promise<void>

function padView(open: Open, presence: boolean): HTMLElement {
  const finger = el('button', {
    type: 'button',
    class: 'key finger',
    'aria-label': locked.presence,
    click: () => void open({ presence: true }, pad.tell),
  })
  const pad = createPad({
    send: locked.send,
    give: (passcode) => void open({ passcode }, pad.tell),
    ...(presence ? { corner: finger } : {}),
  })
  return screen(locked.title, el('p', {}, locked.text), pad.view)
}

/** No passcode is taken for a while; finger or face works, where there is one. */
function waitingView(app: App, until: number, open: Open | null): HTMLElement {
  const { view: alert, tell } = alertLine()
  const clock = el('p', { class: 'countdown', role: 'timer' })
  const view = screen(
    locked.waiting,
    el('div', { class: 'emblem pause', 'aria-hidden': 'true' }),
    el('p', {}, locked.waitingText),
    clock,
    alert,
    open === null ? null : button(locked.presence, () => void open({ presence: true }, tell)),
  )
  function draw(): void {
    const seconds = Math.ceil((until - Date.now()) / 1000)
    clock.textContent = locked.until(Math.max(1, seconds))
    if (seconds > 0) return
    clearInterval(timer)
    if (view.isConnected) void app.go('locked')
  }
  const timer = setInterval(draw, 1000)
  draw()
  return view
}

function forgottenView(app: App, before: HTMLElement): HTMLElement {
  const { view: alert, tell } = alertLine()
  async function report(): Promise<void> {
    try {
      await busy(forgotten.busy, () => app.client.reportForgotten())
      await app.stand()
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  const view = screen(
    forgotten.title,
    el('div', { class: 'emblem shield', 'aria-hidden': 'true' }),
    el('p', {}, forgotten.text),
    alert,
    button(forgotten.yes, () => void report()),
    button(forgotten.no, () => view.replaceWith(before), { kind: 'plain' }),
  )
  return view
}
