import { describe, expect, it } from 'vitest'
import { dayOf, firstOfMonth, noonOf, weeksOf } from './day.ts'

describe('a day', () => {
  it.each(['2026-01-31', '2026-03-29', '2028-02-29', '2026-10-25', '2026-12-31'])('is itself: %s', (day) => {
    expect(dayOf(noonOf(day))).toBe(day)
  })

  it('leads to the first of another month', () => {
    expect([-1, 0, 1, 13].map((after) => firstOfMonth('2026-12-31', after))).toEqual([
      '2026-11-01',
      '2026-12-01',
      '2027-01-01',
      '2028-01-01',
    ])
    expect(firstOfMonth('2026-01-05', -1)).toBe('2025-12-01')
  })

  it('lies in a month of whole weeks from Monday', () => {
    const weeks = weeksOf('2026-11-21')
    expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7])
    expect(weeks[0]?.slice(5)).toEqual([null, '2026-11-01'])
    expect(weeks.at(-1)?.slice(0, 2)).toEqual(['2026-11-30', null])
    expect(weeksOf('2026-06-01')[0]?.[0]).toBe('2026-06-01')
    expect(weeksOf('2028-02-10').flat().filter(Boolean)).toHaveLength(29)
  })
})
