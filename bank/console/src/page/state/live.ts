/** What the page hears by itself, in one place; screens read it with {@link useLive}. */
import { useSyncExternalStore } from 'react'
import type { LiveEvents } from '../../server/live.ts'
import type { EndReason } from '../../server/sessions.ts'
import type { HealthSample } from '../../server/watch.ts'
import { Refused } from '../api/call.ts'
import type { AuditEntry, Gateway, Hold } from '../api/shapes.ts'
import { readEvents, type StreamEvent } from '../api/stream.ts'

export type LiveState = {
  /** False while the console's server does not answer. */
  readonly connected: boolean
  /** Why the gateway's admin API gives nothing; null while it does. */
  readonly line: string | null
  /** Null until they were heard. */
  readonly holds: readonly Hold[] | null
  /** Newest first. */
  readonly audit: readonly AuditEntry[] | null
  readonly gateway: Gateway | null
  /** Oldest first. */
  readonly samples: readonly HealthSample[]
  /** When the session ends if nothing is done, by this machine's clock. */
  readonly endsAt: number
}

export interface Live {
  readonly get: () => LiveState
  readonly subscribe: (listener: () => void) => () => void
  readonly close: () => void
}

const keptEntries = 5000
const keptSamples = 120
const longestPauseMs = 10_000

const handlers: {
  readonly [Name in keyof LiveEvents]: (state: LiveState, event: LiveEvents[Name]) => Partial<LiveState>
} = {
  session: (_, { endsAt, now }) => ({ endsAt: endsAt - now + Date.now() }),
  audit({ audit }, { entries }) {
    const newer = (entries as AuditEntry[]).toReversed()
    return { audit: [...newer, ...(audit ?? [])].slice(0, keptEntries) }
  },
  holds: (_, { holds }) => ({ holds: (holds as Hold[]).toSorted((a, b) => a.createdAt - b.createdAt) }),
  gateway: (_, gateway) => ({ gateway: gateway as Gateway }),
  health: ({ samples }, event) => ({ samples: [...samples, ...event.samples].slice(-keptSamples) }),
  line: (_, { code }) => ({ line: code }),
  ended: () => ({}),
}

function applyEvent(state: LiveState, { name, data }: StreamEvent): LiveState {
  if (!Object.hasOwn(handlers, name)) return state
  const handle = handlers[name as keyof LiveEvents] as (
    state: LiveState,
    event: unknown,
  ) => Partial<LiveState>
  return { ...state, ...handle(state, JSON.parse(data)) }
}

/** Connects, and again whenever the stream breaks off, until the session has ended. */
export function openLive(token: string, endsAt: number, onEnded: (reason: EndReason) => void): Live {
  const listeners = new Set<() => void>()
  const closed = new AbortController()
  const past = { audit: null, samples: [] }
  let state: LiveState = { connected: true, line: null, holds: null, gateway: null, endsAt, ...past }
  const set = (next: LiveState): void => {
    state = next
    for (const listener of listeners) listener()
  }

  async function read(): Promise<void> {
    let fresh = true
    for await (const event of readEvents('/api/live', token, closed.signal)) {
      // The past is told anew on each connection.
      if (fresh) state = { ...state, ...past, connected: true }
      fresh = false
      set(applyEvent(state, event))
      if (event.name === 'ended') {
        closed.abort()
        onEnded((JSON.parse(event.data) as LiveEvents['ended']).reason)
      }
    }
  }
  async function run(): Promise<void> {
    for (let pauseMs = 500; !closed.signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        await read()
        pauseMs = 500
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (error.code === 'signed_out' && !closed.signal.aborted) onEnded('signed_out')
        if (error.code === 'signed_out') return
      }
      if (closed.signal.aborted) return
      set({ ...state, connected: false })
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  void run()
  return {
    get: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => closed.abort(),
  }
}

export function useLiveState(live: Live): LiveState {
  return useSyncExternalStore(live.subscribe, live.get)
}
