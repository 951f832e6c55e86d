/** How figures and words look on paper. */
import { type Day, type Month, monthOf } from '../day.ts'
import { type Currency, decimal } from '../money.ts'

const months = 'January February March April May June July August September October November December'.split(
  ' ',
)

/** `November 2025` */
export function monthName(month: Month): string {
  return `${months[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`
}

/** `3 November 2025` */
export function dayName(day: Day): string {
  return `${Number(day.slice(8))} ${monthName(monthOf(day))}`
}

/** `3 Nov` */
export function shortDay(day: Day): string {
  return `${Number(day.slice(8))} ${monthName(monthOf(day)).slice(0, 3)}`
}

/** `1,234.50`, below zero with the sign of a minus. */
export function figure(currency: Currency, minor: bigint): string {
  const [whole = '', fraction] = decimal(currency, minor).replace('-', '–').split('.')
  const grouped = whole.replaceAll(/\d(?=(\d{3})+$)/g, '$&,')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** With the sign of a plus too. */
export function movement(currency: Currency, minor: bigint): string {
  return (minor > 0n ? '+' : '') + figure(currency, minor)
}

/** What the fonts every PDF reader has can show: Windows code page 1252 (ISO 32000-1, annex D). */
const beyondLatin1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'
const plainLetters: Readonly<Record<string, string>> = { ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i' }

/** Letters without their accents where the accent is not to be had, `?` for what has no such letter. */
export function printable(text: string): string {
  return Array.from(text.normalize('NFC'), glyphFor).join('')
}

function glyphFor(character: string): string {
  if (hasGlyph(character)) return character
  const [letter = '?'] = character.normalize('NFD')
  const plain = plainLetters[character] ?? letter
  return hasGlyph(plain) ? plain : '?'
}

function hasGlyph(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) || beyondLatin1.includes(character)
}
