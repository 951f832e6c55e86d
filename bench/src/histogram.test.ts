import { expect, test } from 'vitest'
import { createHistogram } from './histogram.ts'

test('percentiles lie within 0.8 % of the exact ones', () => {
  const histogram = createHistogram()
  const values = Array.from({ length: 20_000 }, (_, index) => 0.004 * 1.0006 ** index)
  for (const value of values) histogram.record(value)
  for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
    const exact = values[Math.ceil(values.length * share) - 1] ?? 0
    expect(Math.abs(histogram.percentile(share) / exact - 1)).toBeLessThan(0.008)
  }
})

test('an empty histogram says 0, and a latency beyond the range counts as the largest', () => {
  const histogram = createHistogram()
  expect(histogram.percentile(0.5)).toBe(0)
  histogram.record(1e9)
  expect(histogram.percentile(0.5)).toBeGreaterThan(200_000)
})
