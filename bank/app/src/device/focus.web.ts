/** Where a screen reader and a keyboard are. */
import type { View } from 'react-native'

/** Moves there what reads the screen: the title of a screen that has just come. */
export function focusOn(view: View | null): void {
  ;(view as unknown as HTMLElement | null)?.focus({ preventScroll: true })
}

/** What window and history are called. */
export function nameWindow(title: string): void {
  document.title = title === '' ? 'Alder Bank' : `${title} · Alder Bank`
}

export function nameLanguage(language: string): void {
  document.documentElement.lang = language
}
