/** When the app goes out of sight, and when somebody uses it. */
import { AppState } from 'react-native'

function onState(state: 'active' | 'background', act: () => void): () => void {
  const listening = AppState.addEventListener('change', (now) => {
    if (now === state) act()
  })
  return () => listening.remove()
}

/** Clocks of apps stand still while the phone sleeps: who waits for the idle lock waits for ever. */
export function onAway(away: () => void): () => void {
  return onState('background', away)
}

export function onReturn(back: () => void): () => void {
  return onState('active', back)
}

const listeners = new Set<() => void>()

/** Told by the view everything lies in. */
export function touched(): void {
  for (const used of listeners) used()
}

export function onUse(used: () => void): () => void {
  listeners.add(used)
  return () => listeners.delete(used)
}

/** The next call finds out. */
export function onReconnect(online: () => void): () => void {
  return onState('active', online)
}
