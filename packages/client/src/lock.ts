/** Locking what nobody uses: after so long without a call of the app, keys go from memory. */
import type { Clock } from './ports.ts'

export type IdleLock = {
  /** Somebody uses it. False when it was left alone for too long: then it has just been locked. */
  touch(): boolean
  /** Counts from now on. */
  start(): void
  stop(): void
}

/**
 * `seconds` 0: never. The clock that passes faster counts: a monotonic clock stands still in some phones' sleep, and the wall clock may be
 * set back.
 */
export function createIdleLock(clock: Clock, seconds: number, lock: () => void): IdleLock {
  const limitMs = seconds * 1000
  let used: { readonly monotonic: number; readonly wall: number } | null = null
  let cancel = (): void => undefined

  const mark = (): void => {
    used = { monotonic: clock.monotonic(), wall: clock.now() }
  }
  const idleMs = (): number =>
    used === null ? 0 : Math.max(clock.monotonic() - used.monotonic, clock.now() - used.wall)

  function stop(): void {
    cancel()
    used = null
  }
  function check(): boolean {
    if (used === null || idleMs() < limitMs) return true
    stop()
    lock()
    return false
  }
  /** One alarm at a time: it looks when it rings, and is set again for what is left. */
  function arm(ms: number): void {
    cancel = clock.alarm(ms, () => {
      if (used !== null && check()) arm(Math.max(limitMs - idleMs(), 1))
    })
  }

  return {
    touch(): boolean {
      if (used === null) return true
      if (!check()) return false
      mark()
      return true
    },
    start(): void {
      stop()
      if (limitMs === 0) return
      mark()
      arm(limitMs)
    },
    stop,
  }
}
