/** Times, money and ids as people read them. */
import { words } from '../words.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const clockForm = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dayForm = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric' })
const minuteForm = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** The largest unit alone: what is hours old need not say its minutes. */
export function span(ms: number): string {
  const { seconds, minutes, hours, days } = words.span
  if (ms < minute) return seconds(Math.max(0, Math.floor(ms / second)))
  if (ms < 2 * hour) return minutes(Math.floor(ms / minute))
  if (ms < 2 * day) return hours(Math.floor(ms / hour))
  return days(Math.floor(ms / day))
}

export function ago(atMs: number, now: number): string {
  return now - atMs < 10 * second ? words.justNow : words.ago(span(now - atMs))
}

/** `9:41` */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / second))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const clockTime = (ms: number): string => clockForm.format(ms)
export const date = (ms: number): string => dayForm.format(ms)
export const dateTime = (ms: number): string => `${dayForm.format(ms)}, ${minuteForm.format(ms)}`

/** With the time alone when it was today. */
export function dayOrTime(ms: number, now: number): string {
  return date(ms) === date(now) ? clockTime(ms) : `${date(ms)}, ${minuteForm.format(ms)}`
}

/** `value` is a decimal string and is never made a number that could round it. */
export function money({ currency, value }: { readonly currency: string; readonly value: string }): string {
  const form = new Intl.NumberFormat('en-IE', { style: 'currency', currency })
  return form.format(value as Intl.StringNumericLiteral)
}

/** Enough of an id to tell it from others by eye. */
export const shortId = (id: string): string => (id.length > 10 ? `${id.slice(0, 8)}…` : id)
