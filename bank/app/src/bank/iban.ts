/** International bank account numbers (ISO 13616). */

/** Upper case, without spaces. */
export function plainIban(typed: string): string {
  return typed.replaceAll(/[\s\u00a0-]/g, '').toUpperCase()
}

/** Form and check digits (ISO 7064 MOD 97-10); not whether there is such an account. */
export function isIban(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false
  const turned = iban.slice(4) + iban.slice(0, 4)
  const digits = Array.from(turned, (sign) => Number.parseInt(sign, 36).toString()).join('')
  return BigInt(digits) % 97n === 1n
}

/** In groups of four, as it is printed. */
export function ibanGroups(iban: string): string {
  return (iban.match(/.{1,4}/g) ?? []).join(' ')
}
