/** A day of the calendar, `YYYY-MM-DD`, as the API writes it: of no hour and no time zone. */
export type Day = string

const pad = (number: number): string => String(number).padStart(2, '0')

/** Where the phone is. */
export function dayOf(at: number): Day {
  const date = new Date(at)
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}

/** For words: no change of clocks comes near noon. */
export function noonOf(day: Day): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date, 12).getTime()
}

/** The first of the month so many months after that of `day`. */
export function firstOfMonth(day: Day, after: number): Day {
  const [year = 0, month = 1] = day.split('-').map(Number)
  const months = year * 12 + month - 1 + after
  return `${Math.floor(months / 12)}-${pad((months % 12) + 1)}-01`
}

/** The month of `day` in weeks from Monday; null: a day of another month. */
export function weeksOf(day: Day): ReadonlyArray<ReadonlyArray<Day | null>> {
  const first = firstOfMonth(day, 0)
  const before = (new Date(noonOf(first)).getDay() + 6) % 7
  const count = new Date(noonOf(firstOfMonth(day, 1)) - 86_400_000).getDate()
  const cells = Array.from({ length: Math.ceil((before + count) / 7) * 7 }, (_, i) => {
    const date = i - before + 1
    return date < 1 || date > count ? null : `${first.slice(0, 8)}${pad(date)}`
  })
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}
