/** Where a passcode is typed: a pad of digits, the keyboard, or a field for one with letters. */
import { alertLine, button, el } from './dom.ts'
import { words } from './words.ts'

export type PadOptions = {
  readonly send: string
  /** Called with the passcode, which the pad has forgotten by then. */
  readonly give: (passcode: string) => void
  /** A word below, at every change. */
  readonly judge?: (passcode: string) => string
  /** Shown in the corner of the pad. */
  readonly corner?: HTMLElement
  readonly isNew?: boolean
}

export type Pad = { readonly view: HTMLElement; readonly tell: (text: string) => void }

const least = 6
const backspace = '⌫'

export function createPad({ send, give, judge, corner, isNew = false }: PadOptions): Pad {
  let typed = ''
  const { view: alert, tell } = alertLine()
  const dots = el('div', { class: 'dots', 'aria-hidden': 'true' })
  const count = el('p', { class: 'unseen', role: 'status' })
  const strength = el('p', { class: 'strength', role: 'status' })
  const field = el('input', {
    type: 'password',
    autocomplete: isNew ? 'new-password' : 'current-password',
    'aria-label': words.pad.field,
    maxlength: 128,
    hidden: true,
  })
  const sender = el('button', { type: 'button', class: 'primary', click: submit, disabled: true }, send)
  const key = (text: string, act: () => void, label = text): HTMLElement =>
    el('button', { type: 'button', class: 'key', 'aria-label': label, click: act }, text)
  const keys = el(
    'div',
    { class: 'keys', role: 'group', 'aria-label': words.pad.keys },
    ...Array.from('123456789', (digit) => key(digit, () => type(typed + digit))),
    corner ?? el('span'),
    key('0', () => type(`${typed}0`)),
    key(backspace, () => type(typed.slice(0, -1)), words.pad.remove),
  )
  const other = button(words.pad.letters, swap, { kind: 'quiet' })

  function draw(): void {
    const filled = Math.max(least, typed.length)
    dots.replaceChildren(
      ...Array.from({ length: filled }, (_, i) =>
        el('span', { class: i < typed.length ? 'dot full' : 'dot' }),
      ),
    )
    count.textContent = words.pad.typed(typed.length)
    sender.toggleAttribute('disabled', typed.length < least)
    strength.textContent = judge?.(typed) ?? ''
  }
  function type(text: string): void {
    typed = text.slice(0, 128)
    tell('')
    draw()
  }
  function submit(): void {
    if (typed.length < least) return
    const passcode = typed
    field.value = ''
    type('')
    give(passcode)
  }
  function swap(): void {
    const letters = field.hidden !== false
    for (const part of [dots, keys]) part.hidden = letters
    field.hidden = !letters
    view.classList.toggle('letters', letters)
    field.value = ''
    other.textContent = letters ? words.pad.digits : words.pad.letters
    type('')
    if (letters) field.focus()
  }
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const inField = event.target === field
    // On a button Enter presses that button.
    if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) submit()
    else if (inField) return
    else if (/^\d$/.test(event.key)) type(typed + event.key)
    else if (event.key === 'Backspace') type(typed.slice(0, -1))
    else return
    event.preventDefault()
  }
  field.addEventListener('input', () => type(field.value))
  draw()

  const parts = judge === undefined ? [dots, field, count, alert] : [dots, field, count, strength, alert]
  const view = el('div', { class: 'pad' }, ...parts, keys, sender, other)
  // Keys of a keyboard reach the pad wherever on its screen the focus is.
  const listen = (event: KeyboardEvent): void => {
    if (!view.isConnected) document.removeEventListener('keydown', listen)
    else if (
      view.closest('[inert]') === null &&
      (document.querySelector('dialog[open]') === null || view.closest('dialog') !== null)
    )
      onKey(event)
  }
  document.addEventListener('keydown', listen)
  return { view, tell }
}
