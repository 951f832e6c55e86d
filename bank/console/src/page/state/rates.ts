/** Rates from counters: how much each grew between two looks. A gateway that was started anew counts from 0 again. */
import type { HealthSample } from '../../server/watch.ts'

type Metrics = NonNullable<HealthSample['metrics']>
type Seen = { readonly at: number; readonly metrics: Metrics }

const seen = (samples: readonly HealthSample[]): Seen[] =>
  samples.flatMap(({ at, metrics }) => (metrics === null ? [] : [{ at, metrics }]))

export const refusalsOf = ({ refused }: Metrics): number =>
  Object.values(refused).reduce((total, count) => total + count, 0)

const grown = (from: number, to: number): number => (to >= from ? to - from : to)

/** Per second, one for each pair of looks. */
export function ratesOf(samples: readonly HealthSample[], count: (metrics: Metrics) => number): number[] {
  return seen(samples)
    .slice(1)
    .map(({ at, metrics }, index) => {
      const before = seen(samples)[index] as Seen
      return (grown(count(before.metrics), count(metrics)) * 1000) / Math.max(1, at - before.at)
    })
}

/** How much it grew over all the samples. */
export function growthOf(samples: readonly HealthSample[], count: (metrics: Metrics) => number): number {
  const all = seen(samples).map(({ metrics }) => count(metrics))
  return all.slice(1).reduce((total, value, index) => total + grown(all[index] as number, value), 0)
}

/** The bound, in seconds, under which 95 of 100 requests of the samples stayed: null is over the last one; undefined, there were none. */
export function slowestOf(samples: readonly HealthSample[]): number | null | undefined {
  const bounds = seen(samples).at(-1)?.metrics.durations ?? []
  const counts = bounds.map(([bound], index) => ({
    bound,
    count: growthOf(samples, ({ durations }) => durations[index]?.[1] ?? 0),
  }))
  const total = counts.at(-1)?.count ?? 0
  return total === 0 ? undefined : counts.find(({ count }) => count >= 0.95 * total)?.bound
}
