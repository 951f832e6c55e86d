/** Where the operator is: `#/devices?user=maria`. The browser's own back and forward work. */
import { useSyncExternalStore } from 'react'

export const sections = ['holds', 'devices', 'activations', 'audit', 'health', 'operators'] as const
export type Section = (typeof sections)[number]

/** After `g`. */
export const letters: Readonly<Record<string, Section>> = {
  h: 'holds',
  d: 'devices',
  a: 'activations',
  l: 'audit',
  s: 'health',
  o: 'operators',
}
export type Route = { readonly section: Section; readonly params: URLSearchParams }

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function hrefTo(section: Section, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString()
  return `#/${section}${query === '' ? '' : `?${query}`}`
}

export function go(section: Section, params: Readonly<Record<string, string>> = {}): void {
  location.hash = hrefTo(section, params)
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  const [path = '', query = ''] = hash.replace(/^#\//, '').split('?', 2)
  const section = sections.find((one) => one === path) ?? 'holds'
  return { section, params: new URLSearchParams(query) }
}
