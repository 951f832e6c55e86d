import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAmount, minorDigits, parseAmount, readMoney, showMoney } from './money.ts'

describe('parseAmount', () => {
  it.each([
    ['EUR', '12.50', 1250n],
    ['EUR', '0.01', 1n],
    ['EUR', '999999999999.99', 99_999_999_999_999n],
    ['JPY', '1', 1n],
    ['JPY', '150000', 150_000n],
    ['KWD', '1.234', 1234n],
    ['KWD', '0.005', 5n],
  ])('%s %s', (currency, text, minor) => {
    expect(parseAmount(text, currency)).toBe(minor)
    expect(formatAmount({ currency, minor })).toBe(text)
  })

  it.each([
    ['below zero', '-12.50'],
    ['a minus of another kind', '\u221212.50'],
    ['a plus', '+12.50'],
    ['nothing', '0.00'],
    ['below nothing', '-0.00'],
    ['an exponent', '1e3'],
    ['an exponent behind a fraction', '1.50e3'],
    ['hexadecimal', '0x10.00'],
    ['a leading zero', '012.50'],
    ['two zeros', '00.50'],
    ['no whole part', '.50'],
    ['no minor digits', '12'],
    ['a point without digits', '12.'],
    ['one minor digit', '12.5'],
    ['three minor digits', '12.500'],
    ['a comma', '12,50'],
    ['groups', '1,234.50'],
    ['groups by blanks', '1 234.50'],
    ['an underscore', '1_234.50'],
    ['two points', '1.234.50'],
    ['thirteen digits', '1000000000000.00'],
    ['a hundred digits', `${'9'.repeat(100)}.00`],
    ['full-width digits', '\uff11\uff12.50'],
    ['Arabic digits', '\u0661\u0662.50'],
    ['an Arabic decimal separator', '12\u066b50'],
    ['a full stop of full width', '12\uff0e50'],
    ['a blank before', ' 12.50'],
    ['a line break behind', '12.50\n'],
    ['a zero-width space', '12\u200b.50'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['nothing at all', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseAmount(text, 'EUR')).toThrow(TypeError)
  })

  it.each([
    ['JPY', '150.00'],
    ['JPY', '0'],
    ['KWD', '1.23'],
    ['KWD', '1.2340'],
    ['eur', '1.00'],
    ['EURO', '1.00'],
    ['XXX', '1.00'],
    ['toString', '1.00'],
  ])('refuses %s %s', (currency, text) => {
    expect(() => parseAmount(text, currency)).toThrow(TypeError)
  })

  it('has one text for each amount', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'KWD')
    const minor = fc.bigInt({ min: 1n, max: 999_999_999_999n })
    fc.assert(
      fc.property(currency, minor, (code, amount) => {
        const text = formatAmount({ currency: code, minor: amount })
        expect(parseAmount(text, code)).toBe(amount)
        expect(Math.round(Number(text) * 10 ** minorDigits(code))).toBe(Number(amount))
      }),
    )
  })
})

describe('readMoney', () => {
  it('takes currency and value', () => {
    expect(readMoney({ value: '12.50', currency: 'EUR' })).toEqual({ currency: 'EUR', minor: 1250n })
  })
  it.each([
    ['text', '12.50'],
    ['a number', 1250],
    ['null', null],
    ['a list', ['EUR', '12.50']],
    ['a value that is a number', { currency: 'EUR', value: 12 }],
    ['no currency', { value: '12.50' }],
    ['a currency that is none', { currency: null, value: '12.50' }],
    ['one member more', { currency: 'EUR', value: '12.50', scale: 3 }],
  ])('refuses %s', (_, value) => {
    expect(() => readMoney(value)).toThrow(TypeError)
  })
})

describe('showMoney', () => {
  it.each([
    ['EUR', 1n, 'EUR 0.01'],
    ['EUR', 99_999n, 'EUR 999.99'],
    ['EUR', 123_450n, "EUR 1'234.50"],
    ['EUR', 99_999_999_999_999n, "EUR 999'999'999'999.99"],
    ['JPY', 999n, 'JPY 999'],
    ['JPY', 150_000n, "JPY 150'000"],
    ['KWD', 1234n, 'KWD 1.234'],
    ['KWD', 1_234_567n, "KWD 1'234.567"],
  ])('%s %s', (currency, minor, shown) => {
    expect(showMoney({ currency, minor })).toBe(shown)
  })

  it('shows two amounts as two texts', () => {
    const amount = fc.bigInt({ min: 1n, max: 99_999_999_999_999n })
    fc.assert(
      fc.property(amount, amount, (one, other) => {
        const [shown, also] = [one, other].map((minor) => showMoney({ currency: 'EUR', minor }))
        expect(shown === also).toBe(one === other)
        expect(shown).toMatch(/^EUR \d{1,3}(?:'\d{3})*\.\d{2}$/)
      }),
    )
  })
})
