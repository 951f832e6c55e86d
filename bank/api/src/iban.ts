/** International bank account numbers: ISO 13616-1, check digits by ISO/IEC 7064 MOD 97-10. Upper case, without spaces. */

/** Country and length, from the register of ISO 13616. */
const lengths = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
   FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20
   LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31
   SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)

/** No German bank code begins with 9: an account of this bank is nobody's account elsewhere. */
const country = 'DE'
const bankCode = '90010010'

export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(text)) return false
  // 00, 01 and 99 leave the same remainder as 97, 98 and 02 and are never given out.
  if (/^..(00|01|99)/.test(text)) return false
  return lengths.get(text.slice(0, 2)) === text.length && remainder(text) === 1
}

/** An IBAN with its check digits. `bban`: what follows them, without spaces. */
export function makeIban(code: string, bban: string): string {
  const digits = 98 - remainder(`${code}00${bban}`)
  return code + String(digits).padStart(2, '0') + bban
}

/** The IBAN of an account of this bank. `number`: of ten digits at most. */
export function ownIban(number: number): string {
  return makeIban(country, bankCode + String(number).padStart(10, '0'))
}

export function isOwnIban(iban: string): boolean {
  return iban.startsWith(country) && iban.slice(4, 12) === bankCode
}

/** `DE68 9001 0010 …`, as people write it. */
export function spacedIban(iban: string): string {
  return iban.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

/** Of the number that begins with the fifth character, letters as 10 to 35, divided by 97. */
function remainder(text: string): number {
  let rest = 0
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}
