/** Calendar days at the bank, as `YYYY-MM-DD`: what is due, booked or issued has a day, and text of this form sorts by time. */

export type Day = string
/** `YYYY-MM` */
export type Month = string

const timeZone = 'Europe/Berlin'
const dayMs = 86_400_000
const calendar = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short' })

/** The day at the bank in which an instant lies. */
export function dayOf(at: Date): Day {
  const [day, month, year] = calendar.format(at).split('/')
  return `${year}-${month}-${day}`
}

/** Whether the text is a day that exists, of this century or the last. */
export function isDay(text: string): boolean {
  return /^(19|20)\d{2}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(noon(text)) && fromMs(noon(text)) === text
}

export function isMonth(text: string): boolean {
  return isDay(`${text}-01`)
}

export function addDays(day: Day, days: number): Day {
  return fromMs(noon(day) + days * dayMs)
}

/** The same day of another month, or the last one of that month where it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const month = shiftMonth(monthOf(day), months)
  const last = lastDay(month)
  const same = month + day.slice(7)
  return same < last ? same : last
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7)
}

export function firstDay(month: Month): Day {
  return `${month}-01`
}

export function lastDay(month: Month): Day {
  return addDays(firstDay(shiftMonth(month, 1)), -1)
}

export function shiftMonth(month: Month, months: number): Month {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7)
}

/** 0 is Sunday. */
export function weekday(day: Day): number {
  return new Date(noon(day)).getUTCDay()
}

/** Far from both ends of the day, so that whole days can be added in milliseconds. */
function noon(day: Day): number {
  return Date.parse(`${day}T12:00:00Z`)
}

function fromMs(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10)
}
