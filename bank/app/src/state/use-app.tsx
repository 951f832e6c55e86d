import { createContext, useContext, useSyncExternalStore } from 'react'
import type { App } from './app.ts'
import type { Open, Standing } from './standing.ts'

const context = createContext<App | null>(null)
export const AppProvider = context.Provider

export function useApp(): App {
  const app = useContext(context)
  if (app === null) throw new TypeError('there is no app')
  return app
}

export function useStanding(): Standing {
  const { subscribe, standing } = useApp()
  return useSyncExternalStore(subscribe, standing)
}

/** For screens that only an open session shows. */
const openContext = createContext<Open | null>(null)
export const OpenProvider = openContext.Provider

export function useOpen(): Open {
  const open = useContext(openContext)
  if (open === null) throw new TypeError('there is no session')
  return open
}
