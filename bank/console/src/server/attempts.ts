/** How often somebody may try to sign in: for each name, and for all names together. */
import type { Clock } from './clock.ts'
import { Refusal } from './refusal.ts'

const windowMs = 60_000
const perName = 5
const inAll = 30

type Count = { begun: number; hits: number }

export interface Attempts {
  /** Counts one try before it is looked at, so that parallel ones get no more. Throws `rate_limited`. */
  take(name: string): void
  /** It was right: tries of this name begin anew. */
  clear(name: string): void
}

export function createAttempts(clock: Clock): Attempts {
  const names = new Map<string, Count>()
  let all: Count = { begun: 0, hits: 0 }

  /** The count in the window that began with the first hit. */
  function fresh(count: Count | undefined, now: number): Count {
    return count !== undefined && now < count.begun + windowMs ? count : { begun: now, hits: 0 }
  }

  function hit(count: Count, limit: number, now: number): void {
    count.hits++
    if (count.hits > limit)
      throw new Refusal('rate_limited', { retryAfter: Math.ceil((count.begun + windowMs - now) / 1000) })
  }

  return {
    take(name: string): void {
      const now = clock.now()
      // At most `inAll` names can come in a window, so what is kept is bounded.
      for (const [known, { begun }] of names) if (now >= begun + windowMs) names.delete(known)
      all = fresh(all, now)
      hit(all, inAll, now)
      const own = fresh(names.get(name), now)
      names.set(name, own)
      hit(own, perName, now)
    },
    clear(name: string): void {
      names.delete(name)
    },
  }
}
