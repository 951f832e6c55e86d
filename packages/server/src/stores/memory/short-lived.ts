import type { NonceUse, ShortLivedStore } from '../../store.ts'

/** Answers at once where the port allows a promise. */
export type MemoryShortLived = Omit<ShortLivedStore, 'useNonce'> & {
  useNonce: (...use: Parameters<ShortLivedStore['useNonce']>) => NonceUse
}

/** Nonces recorded in one stretch of time, forgotten together when the last of them has expired. */
type Generation = { seen: Set<string>; latestExpiry: number }

const smallestSweep = 1024

/**
 * Nonces and rates of one process. Memory is bounded by about two windows of traffic, without a timer: nonces live in two
 * generations, and the older is dropped as a whole once all of it has expired.
 */
export function memoryShortLived(): MemoryShortLived {
  let current = emptyGeneration()
  let previous = emptyGeneration()
  let epoch: number | undefined
  const rates = new Map<string, { endsAt: number; hits: number }>()
  let sweepAt = smallestSweep

  return {
    useNonce(key, nonce, now, expiresAt) {
      epoch ??= now
      if (previous.latestExpiry <= now && current.seen.size > 0) {
        previous = current
        current = emptyGeneration()
      }
      // The length in front keeps two pairs from reading as one.
      const use = `${key.length}:${key}${nonce}`
      if (current.seen.has(use) || previous.seen.has(use)) return { first: false, epoch }
      current.seen.add(use)
      current.latestExpiry = Math.max(current.latestExpiry, expiresAt)
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

function emptyGeneration(): Generation {
  return { seen: new Set(), latestExpiry: 0 }
}
