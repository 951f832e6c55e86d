/**
 * Who is signed in. Credentials live here in memory and nowhere else; the browser has two halves that open nothing
 * alone: the id in a cookie no script can read, and a token only pages of this origin have. A cookie goes to every port
 * of its host, and a token could be read by a script that got in; neither has the other half.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

export type EndReason = 'signed_out' | 'idle' | 'too_long' | 'removed'

export type Session = {
  readonly operator: string
  /** `Basic …`, for the admin API. */
  readonly authorization: string
  readonly token: string
  readonly startedAt: number
  /** Last call the operator made; what the page hears by itself is no use. */
  usedAt: number
  /** Aborted with an {@link EndReason}. */
  readonly ended: AbortSignal
}

export interface Sessions {
  open(operator: string, authorization: string): { readonly id: string; readonly session: Session }
  /** Null for an unknown or ended one, or when the token is not its own. */
  find(id: string | null, token: string | null): Session | null
  /** Counts as a use, which moves the idle end. */
  use(session: Session): void
  /** When it ends if nothing is done until then. */
  endsAt(session: Session): number
  end(session: Session, reason: EndReason): void
  /** Ends the one of this id, if there is one: somebody else signs in on the same browser. */
  replace(id: string | null): void
  /** Ends what is over. Called before each look and from time to time, so that nothing outlives its end in memory. */
  sweep(): void
  close(): void
}

const idleMs = 15 * 60_000
const longestMs = 8 * 3_600_000

/** The map is searched by digest: how far a guess agrees with an id is not in the time it takes. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

const same = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(digest(one)), Buffer.from(digest(other)))

const secret = (): string => randomBytes(32).toString('base64url')

export function createSessions(clock: Clock, log: Log): Sessions {
  const sessions = new Map<string, { readonly session: Session; readonly controller: AbortController }>()

  function forget(key: string, reason: EndReason): void {
    const found = sessions.get(key)
    if (found === undefined) return
    sessions.delete(key)
    found.controller.abort(reason)
    log({ event: 'signed_out', operator: found.session.operator, reason })
  }

  function sweep(): void {
    const now = clock.now()
    for (const [key, { session }] of sessions) {
      if (now >= session.startedAt + longestMs) forget(key, 'too_long')
      else if (now >= session.usedAt + idleMs) forget(key, 'idle')
    }
  }

  return {
    open(operator: string, authorization: string): { id: string; session: Session } {
      const id = secret()
      const now = clock.now()
      const controller = new AbortController()
      const { signal: ended } = controller
      const session: Session = {
        operator,
        authorization,
        token: secret(),
        startedAt: now,
        usedAt: now,
        ended,
      }
      sessions.set(digest(id), { session, controller })
      log({ event: 'signed_in', operator })
      return { id, session }
    },
    find(id: string | null, token: string | null): Session | null {
      sweep()
      if (id === null || token === null) return null
      const found = sessions.get(digest(id))?.session
      return found !== undefined && same(found.token, token) ? found : null
    },
    use(session: Session): void {
      session.usedAt = clock.now()
    },
    endsAt: ({ usedAt, startedAt }: Session): number => Math.min(usedAt + idleMs, startedAt + longestMs),
    end(session: Session, reason: EndReason): void {
      for (const [key, found] of sessions) if (found.session === session) forget(key, reason)
    },
    replace(id: string | null): void {
      if (id !== null) forget(digest(id), 'signed_out')
    },
    sweep,
    close(): void {
      for (const key of sessions.keys()) forget(key, 'signed_out')
    },
  }
}
