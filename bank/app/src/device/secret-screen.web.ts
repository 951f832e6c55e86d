/** While something is on the screen that nobody else may see. */
import { useEffect } from 'react'

/**
 * `hide` is called as soon as the app is not what its user looks at any more. A page cannot keep anybody from taking a picture of the
 * screen; a phone can, and its half of this does.
 */
export function useSecretScreen(hide: () => void): void {
  useEffect(() => {
    const changed = (): void => {
      if (document.visibilityState === 'hidden') hide()
    }
    document.addEventListener('visibilitychange', changed)
    addEventListener('pagehide', hide)
    addEventListener('blur', hide)
    return () => {
      document.removeEventListener('visibilitychange', changed)
      removeEventListener('pagehide', hide)
      removeEventListener('blur', hide)
    }
  }, [hide])
}
