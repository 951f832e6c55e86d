/** The phone's own "back": a button or a gesture on Android, nothing on iOS. */
import { BackHandler } from 'react-native'

/** Android asks each time; nothing has to be put up beforehand. */
export function guardBack(): void {}

/** `back` says whether there was anything to go back to. Where there was not, the app goes to the background. */
export function onBack(back: () => boolean): () => void {
  const listening = BackHandler.addEventListener('hardwareBackPress', back)
  return () => listening.remove()
}
