import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIban, showIban } from './iban.ts'

// Examples of the IBAN registry.
const good =
  `AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 BE68539007547034
  BG80BNBG96611020345678 BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CY17002001280000001200527600
  DE89370400440532013000 DK5000400440116243 EE382200221020145685 EG380019000500000000263180002 ES9121000418450200051332
  FR1420041010050500013M02606 GB29NWBK60161331926819 GI75NWBK000000007099453 HU42117730161111101800000000 IQ98NBIQ850123456789012
  IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 KW81CBKU0000000000001234560101
  LC55HEMM000100010012001200023015 LI21088100002324013AA LV80BANK0000435195001 MC5811222000010123456789030 MK07250120000058984
  MT84MALT011000012345MTLCAST001S NL91ABNA0417164300 NO9386011117947 PS92PALS000000000400123456702 PT50000201231234567890154
  SC18SSCB11010000000000001497USD SI56263300012039086 SM86U0322509800000000270100 ST23000100010051845310146 TR330006100519786457841326
  UA213223130000026007233566001 VA59001123000012345678 XK051212012345678906`.split(/\s+/)

describe('parseIban', () => {
  it.each(good)('takes %s', (iban) => {
    expect(parseIban(iban)).toBe(iban)
  })

  it('takes none of them with one sign changed, or two neighbours exchanged', () => {
    const alike = (one: string, other: string): boolean =>
      /^(?:\d\d|[A-Z][A-Z])$/.test(one + other) && one !== other
    const signs = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('')
    fc.assert(
      fc.property(fc.constantFrom(...good), fc.nat(), fc.constantFrom(...signs), (iban, at, sign) => {
        const place = 2 + (at % (iban.length - 3))
        const [before, one = '', other = '', after] = [
          iban.slice(0, place),
          iban[place],
          iban[place + 1],
          iban.slice(place + 2),
        ]
        if (alike(one, sign)) expect(() => parseIban(before + sign + other + after)).toThrow(TypeError)
        if (alike(one, other)) expect(() => parseIban(before + other + one + after)).toThrow(TypeError)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['lower case', 'de89370400440532013000'],
    ['blanks', 'DE89 3704 0044 0532 0130 00'],
    ['a hyphen', 'DE89-370400440532013000'],
    ['a country without IBANs', 'US89370400440532013000'],
    ['the length of another country', 'DE8937040044053201300'],
    ['one sign more', 'DE893704004405320130000'],
    ['a Cyrillic letter', 'G\u041229NWBK60161331926819'],
    ['full-width digits', 'DE8937040044053201300\uff10'],
    ['a line break behind', 'DE89370400440532013000\n'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseIban(text)).toThrow(TypeError)
  })

  /** Check digits by ISO 7064: 98 less the remainder. */
  const ibanOf = (country: string, account: string): string => {
    const digits = `${account}${country}00`
      .split('')
      .map((sign) => Number.parseInt(sign, 36))
      .join('')
    return country + `${98n - (BigInt(digits) % 97n)}`.padStart(2, '0') + account
  }

  it('takes no number of the length of another country, though its checksum is right', () => {
    expect(parseIban(ibanOf('BE', '539007547034'))).toBe('BE68539007547034')
    for (const account of ['53900754703', '5390075470340', '539007547034539007'])
      expect(() => parseIban(ibanOf('BE', account))).toThrow('not the length')
    expect(() => parseIban(ibanOf('US', '539007547034'))).toThrow('not the length')
  })

  it.each([
    ['02', '99'],
    ['97', '00'],
    ['98', '01'],
  ])('takes no second number of an account: of %s and %s the first', (proper, twin) => {
    const accounts = Array.from({ length: 1000 }, (_, i) => `${539_007_547_034 + i}`)
    const iban =
      accounts.map((account) => ibanOf('BE', account)).find((one) => one.slice(2, 4) === proper) ?? ''
    expect(parseIban(iban)).toBe(iban)
    expect(() => parseIban(`BE${twin}${iban.slice(4)}`)).toThrow('not check digits')
  })
})

describe('showIban', () => {
  it.each([
    ['DE89370400440532013000', 'DE89 3704 0044 0532 0130 00'],
    ['BE68539007547034', 'BE68 5390 0754 7034'],
    ['NO9386011117947', 'NO93 8601 1117 947'],
  ])('%s', (iban, shown) => {
    expect(showIban(iban)).toBe(shown)
  })
})
