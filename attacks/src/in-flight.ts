/** How many requests the gateway takes for under way, by its own metrics. */
import type { Target } from './target.ts'

const patienceMs = 3000

export async function inFlight(target: Target): Promise<number> {
  const words = await target.publicWords()
  return Number(/^holdfast_requests_in_flight (\d+)$/m.exec(words)?.[1])
}

/** Asks until there are that many; false when there never were. */
export async function comesTo(target: Target, count: number): Promise<boolean> {
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    if ((await inFlight(target)) === count) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
