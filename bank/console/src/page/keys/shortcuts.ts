/** The keyboard: single keys where nobody types, `g` and a letter to jump, `j` and `k` through the rows of a list. */
import { type RefObject, useEffect, useRef } from 'react'

const textTypes = new Set(['text', 'search', 'password', 'tel', 'email', 'number', 'url'])

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return textTypes.has(target.type)
  return target instanceof HTMLSelectElement
}

/** Keys with a modifier are the browser's, and an open dialog has its own. */
function isOurs(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false
  return document.querySelector('dialog[open]') === null
}

export type Shortcuts = Readonly<Record<string, () => void>>

/** While the component is there. In a field `Escape` only leaves the field: what was typed there is not lost by one key. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (!isOurs(event)) return
      if (isTyping(event.target)) {
        if (event.key !== 'Escape') return
        // A search field would empty itself.
        event.preventDefault()
        ;(event.target as HTMLElement).blur()
        return
      }
      const act = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  }, [])
}

const sequenceMs = 1500

/** `g` and then one of these letters. The letter is nobody else's then. */
export function useJumps(jumps: Shortcuts): void {
  const latest = useRef(jumps)
  latest.current = jumps
  useEffect(() => {
    let until = 0
    const hear = (event: KeyboardEvent): void => {
      if (!isOurs(event) || isTyping(event.target)) return
      const act = performance.now() < until ? latest.current[event.key] : undefined
      until = event.key === 'g' ? performance.now() + sequenceMs : 0
      if (act === undefined) return
      event.preventDefault()
      event.stopImmediatePropagation()
      act()
    }
    addEventListener('keydown', hear, { capture: true })
    return () => removeEventListener('keydown', hear, { capture: true })
  }, [])
}

/** Moves the focus to the next (1) or previous (-1) row on the screen; from elsewhere to the current or first one. */
export function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter(
    (row) => row.offsetParent !== null,
  )
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const current = rows.find((row) => row.getAttribute('aria-current') === 'true') ?? rows[0]
  const next = at === -1 ? current : rows[at + by]
  next?.focus()
}

/**
 * What was opened from a list gets the focus, from its beginning (on a phone it takes the place of the list); when it is closed, its row
 * gets it back. `opened`: the row's `data-row`.
 */
export function useOpened(opened: string | null, pane: RefObject<HTMLElement | null>): void {
  const before = useRef<string | null>(null)
  useEffect(() => {
    if (opened !== null) {
      pane.current?.focus({ preventScroll: true })
      pane.current?.scrollTo(0, 0)
      scrollTo(0, 0)
    } else if (before.current !== null)
      document.querySelector<HTMLElement>(`main [data-row="${CSS.escape(before.current)}"]`)?.focus()
    before.current = opened
  }, [opened, pane])
}

export function focusSearch(): void {
  document.querySelector<HTMLInputElement>('main [data-search]')?.focus()
}
