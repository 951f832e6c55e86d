/**
 * Money: whole minor units in the books, decimal text with exactly the currency's decimals outside (ISO 4217). There is one text for
 * each amount, so nothing is rounded and no two readers see two amounts.
 */

/** Decimals of the currencies the bank can name. Its accounts are in euros. */
export const minorDigits = { EUR: 2, USD: 2, GBP: 2, CHF: 2, SEK: 2, JPY: 0, KWD: 3 } as const
export type Currency = keyof typeof minorDigits

/** As in JSON. `value` like `12.50`, with a minus in listings only. */
export type WrittenMoney = { readonly currency: Currency; readonly value: string }
export type Money = { readonly currency: Currency; readonly minor: bigint }

/** Twelve digits before the point: sums of anything the bank will see stay far below 2^63 minor units. */
const wholeDigits = 12

export function isCurrency(value: string): value is Currency {
  return Object.hasOwn(minorDigits, value)
}

/** An amount to pay, above zero; null when the text is not its one canonical form. */
export function parseMoney(currency: Currency, value: string): Money | null {
  const digits = minorDigits[currency]
  const found = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(value)
  const [, whole = '', fraction = ''] = found ?? []
  if (found === null || whole.length > wholeDigits || fraction.length !== digits) return null
  const minor = BigInt(whole + fraction)
  return minor > 0n ? { currency, minor } : null
}

export function writeMoney({ currency, minor }: Money): WrittenMoney {
  return { currency, value: decimal(currency, minor) }
}

/** `-1234.50` */
export function decimal(currency: Currency, minor: bigint): string {
  const digits = minorDigits[currency]
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0')
  const sign = minor < 0n ? '-' : ''
  const whole = text.slice(0, text.length - digits)
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(-digits)}`
}
