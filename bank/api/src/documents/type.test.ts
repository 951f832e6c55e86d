import { describe, expect, it } from 'vitest'
import { dayName, figure, movement, printable, shortDay } from './type.ts'

describe('type', () => {
  it('groups figures by three', () => {
    expect(figure('EUR', 0n)).toBe('0.00')
    expect(figure('EUR', 99_999n)).toBe('999.99')
    expect(figure('EUR', 123_456_789n)).toBe('1,234,567.89')
    expect(figure('EUR', -100_000n)).toBe('–1,000.00')
    expect(figure('JPY', 1_234_567n)).toBe('1,234,567')
    expect(movement('EUR', 100n)).toBe('+1.00')
    expect(movement('EUR', -100n)).toBe('–1.00')
  })

  it('names days', () => {
    expect(dayName('2026-05-03')).toBe('3 May 2026')
    expect(shortDay('2026-12-31')).toBe('31 Dec')
  })

  it('sets what the fonts have, and the letter without its accent for what they have not', () => {
    expect(printable('Ångström ß – „Zitat“ 12 €')).toBe('Ångström ß – „Zitat“ 12 €')
    expect(printable('Łódź, Dvořák, İzmir, Đorđe')).toBe('Lódz, Dvorák, Izmir, Dorde')
    expect(printable('Ω 你 👍')).toBe('? ? ?')
    expect(printable('A\u030angstrom')).toBe('Ångstrom')
  })
})
