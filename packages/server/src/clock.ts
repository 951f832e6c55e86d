/** A clock that goes back makes used nonces young again; so it is noticed, and everything that asks the time is refused. */
import { HoldfastError } from '@holdfast/core'
import type { Clock } from './deployment.ts'

/** Milliseconds a time service may pull the clock back without anybody gaining from it: less than a signature's whole second. */
const slackMs = 500

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

/** Throws `clock_stepped_back` from `now()` until the clock has caught up with the latest moment it ever showed. */
export function guardedClock(clock: Clock): Clock {
  let latest = 0
  return {
    now(): number {
      const now = clock.now()
      if (now + slackMs < latest) {
        throw new HoldfastError('clock_stepped_back', {
          retryAfter: Math.min(60, Math.ceil((latest - now) / 1000)),
        })
      }
      if (now > latest) latest = now
      return latest
    },
    monotonic: (): number => clock.monotonic(),
  }
}
