/** An amount while it is typed: digits and one decimal sign, as they stand in the field. */
import { parseTyped } from './money.ts'

type Decimal = ',' | '.'

/** More money than anybody has. */
const mostWhole = 9

/** One more key; what cannot follow changes nothing. Either sign on a keyboard is the decimal one. */
export function typeKey(typed: string, key: string, decimal: Decimal): string {
  const [whole = '', cents] = typed.split(decimal)
  if (key === ',' || key === '.')
    return cents === undefined ? `${whole === '' ? '0' : whole}${decimal}` : typed
  if (!/^\d$/.test(key)) return typed
  if (cents !== undefined) return cents.length < 2 ? typed + key : typed
  if (whole === '0') return key
  return whole.length < mostWhole ? typed + key : typed
}

/** What a field was changed to: by one key, by taking away, or by something pasted, which has to be an amount as a whole. */
export function typeText(typed: string, text: string, decimal: Decimal): string {
  if (typed.startsWith(text)) return text
  if (text.startsWith(typed) && text.length === typed.length + 1)
    return typeKey(typed, text.at(-1) ?? '', decimal)
  const minor = parseTyped(text, decimal)
  if (minor === null || minor >= 10n ** BigInt(mostWhole + 2)) return typed
  const cents = minor % 100n
  return `${minor / 100n}${cents === 0n ? '' : decimal + String(cents).padStart(2, '0')}`
}
