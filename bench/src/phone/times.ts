/** How long things took, as a round of a row wants it. Runs in a page too. */

import { createHistogram } from '../histogram.ts'
import type { Sample } from '../target.ts'

export interface Times {
  /** One act that took so long and did so many things. */
  add(ms: number, things?: number): void
  sample(): Sample
}

export function createTimes(): Times {
  const histogram = createHistogram()
  let completed = 0
  let elapsedMs = 0
  return {
    add(ms, things = 1) {
      histogram.record(ms)
      completed += things
      elapsedMs += ms
    },
    sample: () => ({
      completed,
      failed: 0,
      failure: null,
      elapsedMs,
      p50: histogram.percentile(0.5),
      p95: histogram.percentile(0.95),
      p99: histogram.percentile(0.99),
    }),
  }
}

/** Adds how long `act` takes. */
export async function timed<Result>(times: Times, act: () => Promise<Result>, things = 1): Promise<Result> {
  const before = performance.now()
  const result = await act()
  times.add(performance.now() - before, things)
  return result
}

/** Again and again until the time is over; once at least. */
export async function repeat(durationMs: number, act: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + durationMs
  do await act()
  while (performance.now() < end)
}

/** One after another, as a phone does them. */
export async function timeEach(durationMs: number, act: () => Promise<unknown>): Promise<Sample> {
  const times = createTimes()
  await repeat(durationMs, () => timed(times, act))
  return times.sample()
}

/** What the time between each two marks goes to: the pieces of a way, some of which come more than once, and their milliseconds together. */
export function cut<Piece extends string>(
  way: readonly Piece[],
  marks: readonly number[],
): ReadonlyMap<Piece, number> {
  const lengths = new Map<Piece, number>()
  way.forEach((piece, i) =>
    lengths.set(piece, (lengths.get(piece) ?? 0) + (marks[i + 1] ?? 0) - (marks[i] ?? 0)),
  )
  return lengths
}
