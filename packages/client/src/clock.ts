/** The service's time on this device (docs/protocol.md 2.3). */
import type { Clock } from './ports.ts'

export type ServiceClock = {
  /** False until the service has told its time. */
  known(): boolean
  /** Milliseconds since 1970 by the service's clock. Throws TypeError while it is not known. */
  now(): number
  set(serviceTimeMs: number): void
}

/**
 * Counts on from the last signed time with the monotonic clock, so that changing the phone's clock changes nothing.
 * The time is taken as of its arrival: the estimate lags by the way it travelled and never runs ahead, and it is the
 * future that a service tolerates least (3.5).
 */
export function createServiceClock(clock: Clock): ServiceClock {
  let offset: number | null = null
  return {
    known: (): boolean => offset !== null,
    now(): number {
      if (offset === null) throw new TypeError('the service has not told its time yet')
      return clock.monotonic() + offset
    },
    set(serviceTimeMs: number): void {
      offset = serviceTimeMs - clock.monotonic()
    },
  }
}
