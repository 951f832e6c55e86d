/** The browser's clocks. */
import type { Clock } from '../../ports.ts'

export const browserClock: Clock = {
  now: (): number => Date.now(),
  monotonic: (): number => performance.now(),
  sleep: (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, ms)
    }),
  alarm(ms: number, ring: () => void): () => void {
    const timer = setTimeout(ring, ms)
    return () => clearTimeout(timer)
  },
}
