/** Rates counted in this process alone: for what is refused faster than the short-lived store could be asked. */
import { HoldfastError } from '@holdfast/core'
import type { Deployment } from './deployment.ts'
import { networkOf } from './rate.ts'

export interface LocalRate {
  /** Throws `rate_limited` once this network has used up its hits in the minute that began with the first. */
  check(remote: string): void
  hit(remote: string): void
}

const minuteMs = 60_000
/** More than these at once are nobody's neighbours: the one that began first is forgotten. */
const maxNetworks = 10_000

export function createLocalRate(limit: number, { clock }: Pick<Deployment, 'clock'>): LocalRate {
  /** Oldest first. */
  const minutes = new Map<string, { readonly endsMs: number; hits: number }>()

  function prune(now: number): void {
    for (const [network, { endsMs }] of minutes) {
      if (now < endsMs && minutes.size < maxNetworks) return
      minutes.delete(network)
    }
  }

  return {
    check(remote: string): void {
      if (minutes.size === 0) return
      const minute = minutes.get(networkOf(remote))
      const leftMs = (minute?.endsMs ?? 0) - clock.monotonic()
      if (minute !== undefined && minute.hits >= limit && leftMs > 0)
        throw new HoldfastError('rate_limited', { retryAfter: Math.ceil(leftMs / 1000) })
    },
    hit(remote: string): void {
      const now = clock.monotonic()
      prune(now)
      const network = networkOf(remote)
      const minute = minutes.get(network)
      if (minute === undefined) minutes.set(network, { endsMs: now + minuteMs, hits: 1 })
      else minute.hits += 1
    },
  }
}
