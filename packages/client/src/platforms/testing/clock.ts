/** A clock tests move by hand. Its pauses take no time. */
import type { Clock } from '../../ports.ts'

export type VirtualClock = Clock & {
  /** Sets the wall clock, as a user does; what is monotonic does not notice. Milliseconds since 1970. */
  set(now: number): void
  /** Lets time pass, on both clocks. */
  advance(ms: number): void
  /** Milliseconds of every pause so far. */
  readonly pauses: readonly number[]
}

export type VirtualClockOptions = {
  /** Stands still at this time unless moved; without it the clock runs with the machine's. */
  readonly now?: number
  /** Called for a pause in its stead; else a clock that stands still moves on by it and a running one does not wait. */
  readonly sleep?: (ms: number) => Promise<void>
}

export function virtualClock({ now, sleep }: VirtualClockOptions): VirtualClock {
  const base = now === undefined ? (): number => Date.now() : (): number => now
  const monotonicBase = now === undefined ? (): number => performance.now() : (): number => 0
  let wall = 0
  let passed = 0
  const pauses: number[] = []
  return {
    pauses,
    now: (): number => base() + wall + passed,
    monotonic: (): number => monotonicBase() + passed,
    async sleep(ms: number): Promise<void> {
      pauses.push(ms)
      if (sleep !== undefined) await sleep(ms)
      else if (now !== undefined) passed += ms
    },
    set(time: number): void {
      wall = time - base() - passed
    },
    advance(ms: number): void {
      passed += ms
    },
  }
}
