/** What this client uses of JavaScript's surroundings, and React Native alone does not have (docs/react-native.md). */

type Check = readonly [name: string, sound: () => boolean]

const checks: readonly Check[] = [
  ['TextEncoder', () => new TextEncoder().encode('\u00fc').length === 2],
  [
    'TextDecoder with `fatal`',
    () => refuses(() => new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(255))),
  ],
  // React Native's own takes URLs apart with patterns and normalises nothing: our checks of origins and paths would be worth little.
  [
    'URL',
    () => new URL('https://A.example:443/b/../c?d', 'https://e.example').href === 'https://a.example/c?d',
  ],
  ['URLSearchParams', () => new URLSearchParams({ a: 'b c' }).toString() === 'a=b+c'],
  ['Headers', () => [...new Headers([['A', 'b']])].join() === 'a,b'],
  // Octets in the fields of others, beside ours.
  ['atob', () => atob('AAH/') === '\0\u0001\u00ff'],
  ['btoa', () => btoa('\0\u0001\u00ff') === 'AAH/'],
  ['ReadableStream', () => typeof new ReadableStream().getReader === 'function'],
  ['AbortSignal.throwIfAborted', () => typeof new AbortController().signal.throwIfAborted === 'function'],
  ['Blob', () => typeof Blob === 'function'],
  ['XMLHttpRequest', () => typeof XMLHttpRequest === 'function'],
]

function refuses(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch {
    return true
  }
}

function holds(sound: () => boolean): boolean {
  try {
    return sound()
  } catch {
    return false
  }
}

/** Throws TypeError naming all that is missing, or there in name only. */
export function requireRuntime(): void {
  const missing = checks.filter(([, sound]) => !holds(sound)).map(([name]) => name)
  if (missing.length > 0) throw new TypeError(`this runtime lacks: ${missing.join(', ')}`)
}
