/** International bank account numbers (ISO 13616). */

/** Upper case, without spaces. */
export function plainIban(typed: string): string {
  return typed.replaceAll(/[\s\u00a0-]/g, '').toUpperCase()
}

/** Countries payments go to (SEPA), and how long an IBAN is there (register of ISO 13616). */
const lengths = new Map(
  `AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26 IT27 LI21 LT20 LU20 LV21
   MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)

/** Form and check digits (ISO 7064 MOD 97-10); not whether there is such an account. */
function isIban(iban: string): boolean {
  // 00, 01 and 99 leave the same remainder as 97, 98 and 02 and are never given out.
  if (!/^[A-Z]{2}(?!00|01|99)\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false
  const turned = iban.slice(4) + iban.slice(0, 4)
  const digits = Array.from(turned, (sign) => Number.parseInt(sign, 36).toString()).join('')
  return BigInt(digits) % 97n === 1n
}

/** What can be said of an IBAN while it is typed; `left`: characters still to come. */
export type IbanJudgement =
  | { readonly kind: 'empty' | 'right' | 'wrong' | 'elsewhere' }
  | { readonly kind: 'short'; readonly left: number }

/** `elsewhere`: of a country no payment goes to. */
export function judgeIban(iban: string): IbanJudgement {
  if (iban === '') return { kind: 'empty' }
  if (!/^[A-Z]{1,2}$|^[A-Z]{2}\d{1,2}$|^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return { kind: 'wrong' }
  const length = lengths.get(iban.slice(0, 2))
  if (length === undefined) return iban.length < 2 ? { kind: 'empty' } : { kind: 'elsewhere' }
  if (iban.length < length) return { kind: 'short', left: length - iban.length }
  return { kind: iban.length === length && isIban(iban) ? 'right' : 'wrong' }
}

/** In groups of four, as it is printed. */
export function ibanGroups(iban: string): string {
  return (iban.match(/.{1,4}/g) ?? []).join(' ')
}
