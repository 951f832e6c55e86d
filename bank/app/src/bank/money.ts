/** Money is a whole number of minor units (cents), and never a fraction. */
export type Money = { readonly currency: string; readonly minor: bigint }

const digits = 2
const unit = 10n ** BigInt(digits)

/** `12.50`, as the API writes it. */
export function moneyText({ minor }: Money): string {
  const size = minor < 0n ? -minor : minor
  return `${minor < 0n ? '-' : ''}${size / unit}.${String(size % unit).padStart(digits, '0')}`
}

/** What {@link moneyText} writes; null for anything else. */
export function parseMoney(currency: string, text: string): Money | null {
  const found = /^(-?)(0|[1-9]\d{0,15})\.(\d{2})$/.exec(text)
  if (found === null) return null
  const minor = BigInt(found[2] as string) * unit + BigInt(found[3] as string)
  return { currency, minor: found[1] === '-' ? -minor : minor }
}

export function sumOf(amounts: readonly Money[]): Money | null {
  const [first] = amounts
  if (first === undefined || amounts.some(({ currency }) => currency !== first.currency)) return null
  return { currency: first.currency, minor: amounts.reduce((sum, { minor }) => sum + minor, 0n) }
}

/** Only ASCII digits; `decimal` is what stands before the cents in the user's language, the other sign groups by three. */
export function parseTyped(typed: string, decimal: ',' | '.'): bigint | null {
  const group = decimal === ',' ? '.' : ','
  const text = typed.replaceAll(/[\s\u00a0\u202f'’]/g, '')
  const form =
    decimal === ','
      ? /^(\d{1,3}(?:\.\d{3})+|\d{1,12})(?:,(\d{1,2}))?$/
      : /^(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2}))?$/
  const found = form.exec(text)
  if (found === null) return null
  const whole = (found[1] as string).replaceAll(group, '')
  return BigInt(whole) * unit + BigInt((found[2] ?? '').padEnd(digits, '0'))
}
