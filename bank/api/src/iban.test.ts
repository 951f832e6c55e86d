import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isIban, isOwnIban, makeIban, ownIban, spacedIban } from './iban.ts'

/** Examples from the register of ISO 13616. */
const published = [
  'AT611904300234573201',
  'BE68539007547034',
  'CH9300762011623852957',
  'DE89370400440532013000',
  'ES9121000418450200051332',
  'FR1420041010050500013M02606',
  'GB29NWBK60161331926819',
  'IT60X0542811101000000123456',
  'MT84MALT011000012345MTLCAST001S',
  'NL91ABNA0417164300',
  'NO9386011117947',
  'SE4550000000058398257466',
]
const iban = fc.constantFrom(...published)
const sign = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split(''))
/** What the check digits are sure to find: a letter in place of a digit moves all before it, which one in 97 survives. */
const alike = (one: string, other: string): boolean => one !== other && /\d/.test(one) === /\d/.test(other)

describe('an IBAN', () => {
  it.each(published)('takes %s', (text) => expect(isIban(text)).toBe(true))

  it('is refused with any one digit or letter changed', () => {
    fc.assert(
      fc.property(iban, fc.nat(), sign, (text, at, other) => {
        const place = at % text.length
        fc.pre(alike(text.charAt(place), other))
        expect(isIban(text.slice(0, place) + other + text.slice(place + 1))).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused with two neighbours changed round', () => {
    fc.assert(
      fc.property(iban, fc.nat(), (text, at) => {
        const place = at % (text.length - 1)
        const [one = '', other = ''] = text.slice(place, place + 2)
        fc.pre(alike(one, other))
        expect(isIban(text.slice(0, place) + other + one + text.slice(place + 2))).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused with anything put in, taken out, or behind it', () => {
    fc.assert(
      fc.property(iban, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (text, at, more) => {
        const place = 5 + (at % (text.length - 4))
        expect(isIban(text.slice(0, place) + more + text.slice(place))).toBe(false)
        expect(isIban(text.slice(0, place - 1) + text.slice(place))).toBe(false)
      }),
    )
  })

  it.each([
    ['lower case', 'de89370400440532013000'],
    ['spaces', 'DE89 3704 0044 0532 0130 00'],
    ['a country without IBANs', makeIban('US', '370400440532013000')],
    ['the length of another country', makeIban('NL', '370400440532013000')],
    ['check digits that are never given out', 'DE00370400440532013000'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => expect(isIban(text)).toBe(false))

  it.each(['00', '01', '99'])('is refused with the check digits %s, whatever they leave', (digits) => {
    // Of these numbers one in 97 has the remainder of a valid one.
    const candidates = Array.from({ length: 500 }, (_, i) => `DE${digits}${String(i).padStart(18, '0')}`)
    expect(candidates.filter(isIban)).toEqual([])
  })

  it('of this bank is valid, its own, and nobody else’s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (number) => {
        expect(isIban(ownIban(number))).toBe(true)
        expect(isOwnIban(ownIban(number))).toBe(true)
      }),
    )
    expect(published.some(isOwnIban)).toBe(false)
  })

  it('is printed in groups of four', () => {
    expect(spacedIban('NL91ABNA0417164300')).toBe('NL91 ABNA 0417 1643 00')
    expect(spacedIban('DE893704004405320130')).toBe('DE89 3704 0044 0532 0130')
  })
})
