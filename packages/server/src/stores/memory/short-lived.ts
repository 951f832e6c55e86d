import type { NonceUse, ShortLivedStore } from '../../store.ts'

/** Answers at once where the port allows a promise. */
export type MemoryShortLived = Omit<ShortLivedStore, 'useNonce'> & {
  useNonce: (...use: Parameters<ShortLivedStore['useNonce']>) => NonceUse
}

type NonceMemory = {
  forget(now: number): void
  has(use: string): boolean
  add(use: string, expiresAt: number): void
}

/** Uses recorded in one stretch of time, forgotten together when the last of them has expired. */
type Generation = { seen: Set<string>; latestExpiry: number }

/** Holds about two lifetimes of uses without a timer: the older generation is dropped once all of it has expired. */
function nonceMemory(): NonceMemory {
  const empty = (): Generation => ({ seen: new Set(), latestExpiry: 0 })
  let current = empty()
  let previous = empty()
  return {
    forget(now) {
      if (previous.latestExpiry > now || current.seen.size === 0) return
      previous = current
      current = empty()
    },
    has: (use) => current.seen.has(use) || previous.seen.has(use),
    add(use, expiresAt) {
      current.seen.add(use)
      current.latestExpiry = Math.max(current.latestExpiry, expiresAt)
    },
  }
}

const smallestSweep = 1024
/** Signatures live about a minute. What lives longer is kept apart, or one of it would hold on to minutes of signatures. */
const briefMs = 120_000

/** Nonces and rates of one process. */
export function memoryShortLived(): MemoryShortLived {
  const brief = nonceMemory()
  const lasting = nonceMemory()
  let epoch: number | undefined
  const rates = new Map<string, { endsAt: number; hits: number }>()
  let sweepAt = smallestSweep

  return {
    useNonce(key, nonce, now, expiresAt) {
      epoch ??= now
      // The length in front keeps two pairs from reading as one.
      const use = `${key.length}:${key}${nonce}`
      brief.forget(now)
      lasting.forget(now)
      if (brief.has(use) || lasting.has(use)) return { first: false, epoch }
      const memory = expiresAt - now > briefMs ? lasting : brief
      memory.add(use, expiresAt)
      return { first: true, epoch }
    },

    async markPristine() {
      epoch ??= 0
    },

    async hit(key, windowMs, now) {
      if (rates.size >= sweepAt) {
        for (const [name, rate] of rates) if (rate.endsAt <= now) rates.delete(name)
        sweepAt = Math.max(smallestSweep, rates.size * 2)
      }
      const held = rates.get(key)
      const rate = held && held.endsAt > now ? held : { endsAt: now + windowMs, hits: 0 }
      rate.hits += 1
      rates.set(key, rate)
      return rate.hits
    },

    async ping() {},
    async close() {},
  }
}
