/** Account numbers (ISO 13616-1): one account has one text, or limits per payee could be slipped past by another spelling. */

/** The IBAN registry: whole length by country. */
const lengths: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FK FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST',
  26: 'IS TR',
  27: 'BI DJ FR GR IT MC MR SM',
  28: 'AL AZ BY CY DO GT HN HU LB NI PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU YE',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
}
const lengthOf: ReadonlyMap<string, number> = new Map(
  Object.entries(lengths).flatMap(([length, list]) => list.split(' ').map((code) => [code, Number(length)])),
)

/** Returns the text itself: upper case, no blanks. Throws TypeError for a country, length or checksum that is wrong. */
export function parseIban(text: string): string {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,29}$/.test(text)) throw new TypeError('not an IBAN')
  if (lengthOf.get(text.slice(0, 2)) !== text.length) throw new TypeError('not the length of its country')
  // 00, 01 and 99 leave the same remainder as 97, 98 and 02: a second number for the same account (ISO 7064: 02 to 98).
  if (['00', '01', '99'].includes(text.slice(2, 4))) throw new TypeError('not check digits')
  const turned = text.slice(4) + text.slice(0, 4)
  const digits = turned.replace(/[A-Z]/g, (letter) => `${Number.parseInt(letter, 36)}`)
  if (BigInt(digits) % 97n !== 1n) throw new TypeError('the checksum is wrong')
  return text
}

/** `DE89 3704 0044 0532 0130 00`, as ISO 13616-1 prints it. */
export function showIban(iban: string): string {
  return iban.replace(/.{4}(?!$)/g, '$& ')
}
