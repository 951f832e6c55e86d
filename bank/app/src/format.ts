/** Money and time as the user's region writes them. */
import type { Money } from './bank/money.ts'

export type Format = {
  /** `€1,250.00`. */
  money(money: Money): string
  /** With `+` or `−` in front, for a row of a statement. */
  signed(money: Money): string
  /** Parts for a large amount: all that stands before the cents, and what follows. */
  split(money: Money): { readonly whole: string; readonly rest: string }
  /** `3 March 2026`. */
  date(at: number): string
  /** `3 Mar`. */
  short(at: number): string
  /** `Tuesday, 3 March`. */
  day(at: number): string
  /** `3 Mar, 14:05`. */
  moment(at: number): string
  /** `March 2026`. */
  month(at: number): string
  /** `Mon`, … `Sun`. */
  readonly weekdays: readonly string[]
  readonly decimal: ',' | '.'
}

export function createFormat(region: string): Format {
  const currency = (code: string, signDisplay: 'auto' | 'exceptZero'): Intl.NumberFormat =>
    new Intl.NumberFormat(region, { style: 'currency', currency: code, signDisplay })
  // Exact for display: amounts of a person stay far below 2^53 cents.
  const units = ({ minor }: Money): number => Number(minor) / 100
  const date = new Intl.DateTimeFormat(region, { dateStyle: 'long' })
  const short = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short' })
  const day = new Intl.DateTimeFormat(region, { weekday: 'long', day: 'numeric', month: 'long' })
  const moment = new Intl.DateTimeFormat(region, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const month = new Intl.DateTimeFormat(region, { month: 'long', year: 'numeric' })
  const weekday = new Intl.DateTimeFormat(region, { weekday: 'short', timeZone: 'UTC' })
  const sample = new Intl.NumberFormat(region).format(1.5)
  return {
    money: (money) => currency(money.currency, 'auto').format(units(money)),
    signed: (money) => currency(money.currency, 'exceptZero').format(units(money)).replace('-', '−'),
    split(money) {
      const parts = currency(money.currency, 'auto').formatToParts(units(money))
      const at = parts.findIndex(({ type }) => type === 'decimal')
      const text = (some: typeof parts): string => some.map(({ value }) => value).join('')
      return at === -1
        ? { whole: text(parts), rest: '' }
        : { whole: text(parts.slice(0, at)), rest: text(parts.slice(at)) }
    },
    date: (at) => date.format(at),
    short: (at) => short.format(at),
    day: (at) => day.format(at),
    moment: (at) => moment.format(at),
    month: (at) => month.format(at),
    // 5 January 1970 was a Monday.
    weekdays: Array.from({ length: 7 }, (_, i) => weekday.format((4 + i) * 86_400_000)),
    decimal: sample.includes(',') ? ',' : '.',
  }
}
