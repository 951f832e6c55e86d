/** When the app goes out of sight, and when somebody uses it. */

/** Nobody comes back to an open page by the browser's "back". */
export function onAway(away: () => void): () => void {
  addEventListener('pagehide', away)
  return () => removeEventListener('pagehide', away)
}

export function onReturn(back: () => void): () => void {
  const shown = (): void => {
    if (document.visibilityState === 'visible') back()
  }
  addEventListener('pageshow', shown)
  document.addEventListener('visibilitychange', shown)
  return () => {
    removeEventListener('pageshow', shown)
    document.removeEventListener('visibilitychange', shown)
  }
}

export function onUse(used: () => void): () => void {
  for (const kind of ['pointerdown', 'keydown'])
    addEventListener(kind, used, { capture: true, passive: true })
  return () => {
    for (const kind of ['pointerdown', 'keydown']) removeEventListener(kind, used, { capture: true })
  }
}

export function onReconnect(online: () => void): () => void {
  addEventListener('online', online)
  return () => removeEventListener('online', online)
}
