import { describe, expect, it } from 'vitest'
import { ibanGroups, judgeIban, plainIban } from './iban.ts'

describe('an IBAN', () => {
  it.each([
    'DE89370400440532013000',
    'IE29AIBK93115212345678',
    'SE4550000000058398257466',
    'NO9386011117947',
  ])('is right: %s', (iban) => {
    expect(judgeIban(iban)).toEqual({ kind: 'right' })
  })

  it.each([
    ['a digit turned around', 'DE89370400440532010300'],
    ['one too many', 'DE893704004405320130000'],
    ['check digits nobody has', 'DE00370400440532013000'],
    ['a sign inside', 'DE8937040044053201300*'],
    ['no country', '89370400440532013000'],
  ])('is wrong: %s', (_, iban) => {
    expect(judgeIban(iban)).toEqual({ kind: 'wrong' })
  })

  it('is judged while it is typed', () => {
    expect(['', 'D', 'DE', 'DE8', 'DE89 3704'].map((typed) => judgeIban(plainIban(typed)))).toEqual([
      { kind: 'empty' },
      { kind: 'empty' },
      { kind: 'short', left: 20 },
      { kind: 'short', left: 19 },
      { kind: 'short', left: 14 },
    ])
    expect(judgeIban('US12')).toEqual({ kind: 'elsewhere' })
  })

  it('is printed in groups of four', () => {
    expect(ibanGroups(plainIban('de89 3704 0044-0532 0130 00'))).toBe('DE89 3704 0044 0532 0130 00')
  })
})
