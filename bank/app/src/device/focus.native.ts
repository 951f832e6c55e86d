/** Where a screen reader is. */
import { AccessibilityInfo, findNodeHandle, type Text, type View } from 'react-native'

/** Moves there what reads the screen: the title of a screen that has just come. */
export function focusOn(view: View | Text | null): void {
  const node = view === null ? null : findNodeHandle(view)
  if (node !== null) AccessibilityInfo.setAccessibilityFocus(node)
}

/** A phone has no window to name. */
export function nameWindow(_title: string): void {}

/** Its screen reader knows the language of the phone. */
export function nameLanguage(_language: string): void {}
