import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Currency, decimal, minorDigits, parseMoney, writeMoney } from './money.ts'

const currencies = Object.keys(minorDigits) as Currency[]
const currency = fc.constantFrom(...currencies)
const most = 10n ** 12n - 1n

/** Between one minor unit and the largest amount of a currency. */
const amount = currency.chain((code) => {
  const top = (most + 1n) * 10n ** BigInt(minorDigits[code]) - 1n
  return fc.record({ currency: fc.constant(code), minor: fc.bigInt(1n, top) })
})

describe('money', () => {
  it('reads what it writes, for every amount of every currency', () => {
    fc.assert(
      fc.property(amount, (money) => {
        expect(parseMoney(money.currency, writeMoney(money).value)).toEqual(money)
      }),
    )
  })

  it('reads nothing else: whatever text it takes is the one it writes', () => {
    const characters = fc.constantFrom(...'0123456789.,-+eE _\u0660\u00a0\u2212'.split(''))
    const text = fc.oneof(fc.string({ unit: characters, maxLength: 20 }), fc.string())
    fc.assert(
      fc.property(currency, text, (code, value) => {
        const money = parseMoney(code, value)
        if (money !== null) expect(writeMoney(money).value).toBe(value)
      }),
      { numRuns: 2000 },
    )
  })

  it('says the same as whole and fraction taken apart', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, most), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
        fc.pre(whole > 0n || cents > 0)
        const value = `${whole}.${String(cents).padStart(2, '0')}`
        expect(parseMoney('EUR', value)).toEqual({ currency: 'EUR', minor: whole * 100n + BigInt(cents) })
      }),
    )
  })

  it.each([
    ['negative', '-1.00'],
    ['zero', '0.00'],
    ['an exponent', '1e3'],
    ['an exponent with a fraction', '1.00e2'],
    ['leading zeros', '01.00'],
    ['two leading zeros', '00.10'],
    ['a plus', '+1.00'],
    ['no whole part', '.50'],
    ['no fraction', '1.'],
    ['too few decimals', '1.5'],
    ['no decimals', '1'],
    ['too many decimals', '1.000'],
    ['a comma', '1,00'],
    ['groups', '1,000.00'],
    ['a space', ' 1.00'],
    ['a line break', '1.00\n'],
    ['hexadecimal', '0x10.00'],
    ['other digits', '١.٠٠'],
    ['full-width digits', '１.００'],
    ['infinity', 'Infinity'],
    ['nothing', ''],
    ['thirteen digits', '1000000000000.00'],
    ['more than a bigint of SQL', '92233720368547758.08'],
  ])('refuses %s', (_, value) => {
    expect(parseMoney('EUR', value)).toBe(null)
  })

  it('keeps to the decimals of each currency', () => {
    expect(parseMoney('JPY', '100')).toEqual({ currency: 'JPY', minor: 100n })
    expect(parseMoney('JPY', '100.00')).toBe(null)
    expect(parseMoney('JPY', '100.')).toBe(null)
    expect(parseMoney('KWD', '1.500')).toEqual({ currency: 'KWD', minor: 1500n })
    expect(parseMoney('KWD', '1.50')).toBe(null)
  })

  it('writes what is below zero and what is less than one', () => {
    expect(decimal('EUR', -5n)).toBe('-0.05')
    expect(decimal('EUR', -123_450n)).toBe('-1234.50')
    expect(decimal('EUR', 0n)).toBe('0.00')
    expect(decimal('JPY', -7n)).toBe('-7')
    expect(decimal('KWD', 7n)).toBe('0.007')
  })
})
