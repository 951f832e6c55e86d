/** A stack of screens for each tab. */
import { createContext, useContext } from 'react'
import type { RouteName, Routes, Tab } from './routes.ts'

export type Nav = {
  readonly go: <Name extends RouteName>(name: Name, params: Routes[Name]) => void
  /** Takes the place of the screen that is on top: nobody comes back to it. */
  readonly replace: <Name extends RouteName>(name: Name, params: Routes[Name]) => void
  readonly back: () => void
  /** Takes the place of every screen above the tab: what led here is over. */
  readonly end: <Name extends RouteName>(name: Name, params: Routes[Name]) => void
  /** To the first screen of a tab. */
  readonly tab: (tab: Tab) => void
}

const context = createContext<Nav | null>(null)
export const NavProvider = context.Provider

export function useNav(): Nav {
  const nav = useContext(context)
  if (nav === null) throw new TypeError('there is no navigator')
  return nav
}

/** How a screen lies in its stack. Outside the navigator it is alone. */
export type Place = { readonly shown: boolean; readonly back: (() => void) | null }
const placeContext = createContext<Place>({ shown: true, back: null })
export const PlaceProvider = placeContext.Provider

export const usePlace = (): Place => useContext(placeContext)
export const useShown = (): boolean => usePlace().shown
