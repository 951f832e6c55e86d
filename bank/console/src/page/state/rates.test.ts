import { expect, test } from 'vitest'
import type { HealthSample } from '../../server/watch.ts'
import { growthOf, ratesOf, refusalsOf, slowestOf } from './rates.ts'

/** Looks five seconds apart; null where the gateway gave nothing. */
function samples(...requests: Array<number | null>): HealthSample[] {
  return requests.map((count, index) => ({
    at: index * 5000,
    state: 'ready',
    metrics:
      count === null
        ? null
        : {
            requests: count,
            refused: { replayed: count / 2 },
            upstreamErrors: 0,
            droppedLines: 0,
            inFlight: 0,
            spooledBytes: 0,
            durations: [
              [0.01, count / 2],
              [0.1, Math.max(0, count - 1)],
              [null, count],
            ],
          },
  }))
}
const requests = ({ requests: count }: NonNullable<HealthSample['metrics']>): number => count

test('a rate is what came between two looks', () => {
  expect(ratesOf(samples(0, 10, 60), requests)).toEqual([2, 10])
  expect(ratesOf(samples(0, 10), refusalsOf)).toEqual([1])
  expect(ratesOf(samples(5), requests)).toEqual([])
})

test('a look that failed makes the time between longer', () => {
  expect(ratesOf(samples(0, null, 20), requests)).toEqual([2])
})

test('a gateway that was started anew counts from nothing, not backwards', () => {
  expect(ratesOf(samples(100, 10), requests)).toEqual([2])
  expect(growthOf(samples(100, 120, 10, 15), requests)).toBe(35)
})

test('the slowest 5 % are found by their bucket', () => {
  expect(slowestOf(samples(0, 100))).toBe(0.1)
  expect(slowestOf(samples(0, 4))).toBeNull()
  expect(slowestOf(samples(7, 7))).toBeUndefined()
})
