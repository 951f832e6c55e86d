/** A clock tests move by hand. Its pauses take no time, and its alarms ring while it is moved. */
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
  const alarms = new Set<{ readonly due: number; readonly ring: () => void }>()
  const monotonic = (): number => monotonicBase() + passed

  function advance(ms: number): void {
    passed += ms
    for (const alarm of [...alarms].filter(({ due }) => due <= monotonic())) {
      alarms.delete(alarm)
      alarm.ring()
    }
  }

  return {
    pauses,
    now: (): number => base() + wall + passed,
    monotonic,
    async sleep(ms: number): Promise<void> {
      pauses.push(ms)
      if (sleep !== undefined) await sleep(ms)
      else if (now !== undefined) advance(ms)
    },
    alarm(ms: number, ring: () => void): () => void {
      const alarm = { due: monotonic() + ms, ring }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    set(time: number): void {
      wall = time - base() - passed
    },
    advance,
  }
}
