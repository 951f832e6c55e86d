/** Money (docs/protocol.md 9.1): one text in a body, whole minor units inside, one text for people. */
import type { Json } from '@holdfast/core'

export type Money = { readonly currency: string; readonly minor: bigint }

/** ISO 4217: codes of currencies in circulation by the digits of their minor unit. */
const codes: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP
    DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
}
const digitsOf: ReadonlyMap<string, number> = new Map(
  Object.entries(codes).flatMap(([digits, list]) => list.split(/\s+/).map((code) => [code, Number(digits)])),
)

/** Throws TypeError for a code that is not in the table. */
export function minorDigits(currency: string): number {
  const digits = digitsOf.get(currency)
  if (digits === undefined) throw new TypeError('not a currency of ISO 4217')
  return digits
}

/**
 * Minor units of a decimal text such as `1234.50`. Throws TypeError for every other: the minor digits are exactly the currency's, so that
 * no two systems disagree about the unit, at most twelve digits stand before them, and there is neither a sign, an exponent, a leading
 * zero, a group nor a digit of another script, nor is it zero.
 */
export function parseAmount(text: string, currency: string): bigint {
  const digits = minorDigits(currency)
  const fraction = digits === 0 ? '' : `\\.\\d{${digits}}`
  if (!new RegExp(`^(?:0|[1-9]\\d{0,11})${fraction}$`).test(text)) throw new TypeError('not an amount')
  const minor = BigInt(text.replace('.', ''))
  if (minor === 0n) throw new TypeError('an amount of nothing')
  return minor
}

/** The inverse of {@link parseAmount}. */
export function formatAmount({ currency, minor }: Money): string {
  const digits = minorDigits(currency)
  const text = `${minor}`.padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** `{"currency":"EUR","value":"12.50"}`, and nothing beside. Throws TypeError. */
export function readMoney(value: Json): Money {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not money')
  const { currency, value: text, ...others } = value as Readonly<Record<string, Json>>
  if (typeof currency !== 'string' || typeof text !== 'string' || Object.keys(others).length > 0)
    throw new TypeError('not money')
  return { currency, minor: parseAmount(text, currency) }
}

/**
 * `EUR 1'234.50`, everywhere and for good: a user's locale changes nothing in what was signed. The code stands first, since signs are shared
 * ($, kr, ¥). Groups are parted by an apostrophe, which is a decimal mark nowhere: a comma is one in half of the world, where `JPY 150,000`
 * reads as 150, and at a blank a line may break and one number become two. The point comes once, before minor digits that are always
 * written; who takes it for a thousands mark, as `KWD 1.234` allows, reads a thousand times more and says no, never less.
 */
export function showMoney(money: Money): string {
  const [whole = '', fraction] = formatAmount(money).split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, "'")
  return `${money.currency} ${fraction === undefined ? grouped : `${grouped}.${fraction}`}`
}
