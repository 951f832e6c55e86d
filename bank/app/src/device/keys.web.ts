/** A keyboard types into the keypad, wherever on the screen the focus is. */
import { useEffect } from 'react'

/** `press` says whether the key was for it. */
export function useKeys(press: (key: string) => boolean): void {
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const { target } = event
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return
      // On a button Enter presses that button.
      const onButton = target instanceof HTMLElement && target.closest('button, [role="button"]') !== null
      if (event.key === 'Enter' && onButton) return
      if (press(event.key)) event.preventDefault()
    }
    document.addEventListener('keydown', down)
    return () => document.removeEventListener('keydown', down)
  }, [press])
}
