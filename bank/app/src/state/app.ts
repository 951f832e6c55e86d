/** The app's one state, and what changes it. Screens read it by `useApp` and `useStanding`. */
import { type Client, HoldfastError, type OpenedOffline, type Session, type Ways } from '@holdfast/client'
import { bankOf } from '../bank/bank.ts'
import type { Asks } from './asks.ts'
import { placeOf, type Standing } from './standing.ts'

/** Seconds without a touch, after which it locks. The client counts them; the app looks when it rings. */
export const idleSeconds = 180

export type App = {
  readonly client: Client
  readonly asks: Asks
  /** An Idempotency-Key nobody guesses: 128 random bits. */
  readonly newKey: () => string
  readonly standing: () => Standing
  readonly subscribe: (listener: () => void) => () => void
  /** Finds out where this phone stands and goes there. An open session stays where it is. */
  readonly look: () => Promise<void>
  readonly choosing: (session: Session) => void
  readonly offering: (session: Session) => void
  readonly enter: (session: Session) => void
  readonly showOffline: (opened: OpenedOffline) => void
  /** To the first screen, also from one that ended. */
  readonly activate: () => void
  readonly enrolling: () => void
  readonly lock: () => Promise<void>
  /** To where it is unlocked, after something that only went wrong for a moment: the next unlock finds out anew. */
  readonly again: () => Promise<void>
  /** After an error: goes elsewhere when this phone stands differently now. */
  readonly failed: (error: unknown) => Promise<void>
  /** Somebody touched it. */
  readonly used: () => void
}

const noWays: Ways = { passcode: true, presence: false, offline: false }

/** The session is over at the service. */
const over: ReadonlySet<string> = new Set(['session_ended', 'grant_refused'])

function sessionOf(standing: Standing): Session | null {
  if (standing.at === 'open') return standing.open.session
  return standing.at === 'choosing' || standing.at === 'offering' ? standing.session : null
}

export function createApp(client: Client, asks: Asks, newKey: () => string): App {
  let standing: Standing = { at: 'starting' }
  const listeners = new Set<() => void>()
  let idle: ReturnType<typeof setTimeout> | undefined

  function go(next: Standing): void {
    standing = next
    if (sessionOf(next) === null) asks.dismiss()
    for (const listener of listeners) listener()
  }

  /** Without a passcode the device key alone opens; where that was only in memory it is gone with the last page. */
  async function finish(): Promise<void> {
    try {
      go({ at: 'choosing', session: await client.unlock() })
    } catch (error) {
      const { state } = await client.condition()
      const still = placeOf({ state, until: null, left: null }, { ...noWays, passcode: false })
      const offline = error instanceof HoldfastError && error.code === 'network_unreachable'
      go(still.at === 'unfinished' && offline ? { at: 'trouble', condition: 'unreadable' } : still)
    }
  }

  async function look(): Promise<void> {
    const point = await client.condition()
    if (point.state === 'open' && sessionOf(standing) !== null) return
    const ways = await client.ways().catch(() => noWays)
    const place = placeOf(point, ways)
    if (place.at === 'unfinished' && standing.at !== 'unfinished') return finish()
    go(place)
  }

  /** A session is locked by the client's own count, and the alarm only makes the screen follow; the last data by the alarm alone. */
  function arm(): void {
    clearTimeout(idle)
    if (standing.at === 'offline') idle = setTimeout(() => void lock(), idleSeconds * 1000)
    else if (sessionOf(standing) !== null)
      idle = setTimeout(() => void look().finally(arm), idleSeconds * 1000 + 500)
  }

  /** Keys are gone from memory whatever this comes to. */
  const shut = (): Promise<void> => client.lock().catch(() => undefined)
  async function lock(): Promise<void> {
    await shut()
    await look()
  }

  function open(next: Standing): void {
    go(next)
    arm()
  }

  return {
    client,
    asks,
    newKey,
    standing: () => standing,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    look,
    choosing: (session) => open({ at: 'choosing', session }),
    offering: (session) => open({ at: 'offering', session }),
    enter: (session) =>
      open({ at: 'open', open: { session, bank: bankOf(session, asks.settle), loaded: new Map() } }),
    showOffline: (opened) => open({ at: 'offline', opened }),
    activate: () => go({ at: 'new', again: true }),
    enrolling: () => go({ at: 'enrolling' }),
    lock,
    async again(): Promise<void> {
      await shut()
      // What cannot even tell its ways in still stands as it stood.
      const ways = await client.ways().catch(() => null)
      if (ways === null) return look()
      return go(placeOf({ state: 'locked', until: null, left: null }, ways))
    },
    async failed(error): Promise<void> {
      if (!(error instanceof HoldfastError)) return
      // Its user was asked, and said no: what is left is the lock.
      if (over.has(error.code)) await shut()
      const { state } = await client.condition()
      if (sessionOf(standing) === null ? state !== 'locked' : state !== 'open') await look()
    },
    used(): void {
      const session = sessionOf(standing)
      if (session !== null || standing.at === 'offline') arm()
      if (session === null) return
      try {
        // Reading it counts as use; it throws when the session is over.
        void session.vault
      } catch (error) {
        if (error instanceof HoldfastError && error.code !== 'passcode_not_set') void look()
      }
    },
  }
}
