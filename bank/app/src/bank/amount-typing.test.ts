import { describe, expect, it } from 'vitest'
import { typeKey, typeText } from './amount-typing.ts'

const keys = (all: string, decimal: ',' | '.' = '.'): string =>
  Array.from(all).reduce((typed, key) => typeKey(typed, key, decimal), '')

describe('an amount', () => {
  it.each([
    ['12.50', '12.50'],
    ['12.505', '12.50'],
    ['1.2.3', '1.23'],
    ['007', '7'],
    ['.5', '0.5'],
    ['12x3-', '123'],
    ['1234567890', '123456789'],
    ['12,50', '12.50'],
  ])('typed as %s stands there as %s', (all, stands) => {
    expect(keys(all)).toBe(stands)
  })

  it('has the decimal sign of its user, whichever he presses', () => {
    expect([keys('12,50', ','), keys('12.50', ',')]).toEqual(['12,50', '12,50'])
  })

  it.each([
    ['1,250.00', '.', '1250'],
    ['1.250,75', ',', '1250,75'],
    ['1 250,75', ',', '1250,75'],
    ['0.05', '.', '0.05'],
  ] as const)('pasted as %s (%s) is %s', (text, decimal, stands) => {
    expect(typeText('', text, decimal)).toBe(stands)
  })

  it.each(['-5', '1e3', '12.505', 'ten', '1,25', '٣٤', '99999999999.00'])(
    'pasted as %s changes nothing',
    (text) => {
      expect(typeText('7', text, '.')).toBe('7')
    },
  )

  it('loses what is deleted', () => {
    expect([typeText('12.5', '12.', '.'), typeText('12.5', '', '.')]).toEqual(['12.', ''])
  })
})
