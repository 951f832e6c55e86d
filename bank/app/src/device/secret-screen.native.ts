/** While something is on the screen that nobody else may see. */
import { allowScreenCaptureAsync, preventScreenCaptureAsync } from 'expo-screen-capture'
import { useEffect } from 'react'
import { AppState } from 'react-native'

const reason = 'secret'

/**
 * No picture and no recording of the screen is made meanwhile, as far as the system promises that: on iOS recordings and mirrors show
 * nothing, and the picture the list of apps shows is taken after `hide`.
 */
export function useSecretScreen(hide: () => void): void {
  useEffect(() => {
    void preventScreenCaptureAsync(reason)
    const listening = AppState.addEventListener('change', (state) => {
      if (state !== 'active') hide()
    })
    return () => {
      listening.remove()
      void allowScreenCaptureAsync(reason)
    }
  }, [hide])
}
