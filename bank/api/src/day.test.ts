import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, addMonths, dayOf, isDay, isMonth, lastDay, weekday } from './day.ts'

const day = fc
  .date({ min: new Date('1950-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

describe('a day', () => {
  it('changes at midnight in the bank’s time, in winter and in summer', () => {
    expect(dayOf(new Date('2026-01-31T22:59:59.999Z'))).toBe('2026-01-31')
    expect(dayOf(new Date('2026-01-31T23:00:00.000Z'))).toBe('2026-02-01')
    expect(dayOf(new Date('2026-06-30T21:59:59.999Z'))).toBe('2026-06-30')
    expect(dayOf(new Date('2026-06-30T22:00:00.000Z'))).toBe('2026-07-01')
  })

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-01-31', 2, '2026-03-31'],
    ['2026-01-31', 3, '2026-04-30'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-12-31', 2, '2027-02-28'],
    ['2026-11-15', 14, '2028-01-15'],
  ])('%s and %i months is %s', (from, months, to) => expect(addMonths(from, months)).toBe(to))

  it('has the same number a month later, or is the last of that month', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -30, max: 30 }), (from, months) => {
        const to = addMonths(from, months)
        expect(isDay(to)).toBe(true)
        if (to.slice(8) !== from.slice(8)) {
          expect(to).toBe(lastDay(to.slice(0, 7)))
          expect(to.slice(8) < from.slice(8)).toBe(true)
        }
      }),
    )
  })

  it('is followed by the next day of the week', () => {
    fc.assert(
      fc.property(day, (from) => {
        expect(weekday(addDays(from, 1))).toBe((weekday(from) + 1) % 7)
        expect(addDays(addDays(from, 400), -400)).toBe(from)
      }),
    )
    expect(weekday('2026-05-17')).toBe(0)
  })

  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '26-01-01',
    '2026-01-01 ',
    '9999-01-01',
    '',
  ])('does not exist: %s', (text) => expect(isDay(text)).toBe(false))
  it.each(['2026-13', '2026-1', '2026', '2026-05-01', ''])('is no month: %s', (text) => {
    expect(isMonth(text)).toBe(false)
  })
})
