/**
 * The browser's "back" is the app's. One entry of the history stands in front of the page as a guard while there is somewhere to go back to;
 * going back takes it away, and it is put up again while there is still more.
 */
let guarded = false

/** Call whenever there is somewhere to go back to. */
export function guardBack(): void {
  if (guarded) return
  guarded = true
  history.pushState({ guard: true }, '')
}

/** `back` says whether there was anything to go back to. */
export function onBack(back: () => boolean): () => void {
  const popped = (): void => {
    guarded = false
    if (!back()) history.back()
  }
  addEventListener('popstate', popped)
  return () => removeEventListener('popstate', popped)
}
