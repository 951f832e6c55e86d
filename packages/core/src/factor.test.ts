import { describe, expect, it } from 'vitest'
import { acrs, type FactorDemand, isAcr, satisfies } from './factor.ts'

describe('satisfies', () => {
  const now = 1000
  it.each<[string, FactorDemand['acr'], boolean]>([
    ['device', 'presence', false],
    ['device', 'passcode', false],
    ['presence', 'presence', true],
    ['presence', 'passcode', false],
    ['passcode', 'presence', true],
    ['passcode', 'passcode', true],
    ['', 'presence', false],
    ['Passcode', 'passcode', false],
    ['passcode ', 'passcode', false],
    ['constructor', 'presence', false],
  ])('%j for %s: %s', (acr, demanded, expected) => {
    expect(satisfies({ acr, authTime: now }, { acr: demanded }, now)).toBe(expected)
  })

  it.each([
    [now, 60, true],
    [now - 60, 60, true],
    [now - 61, 60, false],
    // Nodes' clocks differ by a second: no reason to ask again.
    [now + 1, 60, true],
    [now - 1, 1, true],
    [now - 2, 1, false],
  ])('a passcode given at %i, %i seconds old at most: %s', (authTime, maxAge, expected) => {
    expect(satisfies({ acr: 'passcode', authTime }, { acr: 'passcode', maxAge }, now)).toBe(expected)
  })

  it('asks for no age where none is demanded', () => {
    expect(satisfies({ acr: 'presence', authTime: 0 }, { acr: 'presence' }, now)).toBe(true)
  })
})

it('knows the contexts by name and nothing else', () => {
  expect(acrs.filter(isAcr)).toEqual([...acrs])
  for (const value of ['', 'pin', 'DEVICE', 0, null, undefined, ['device']]) expect(isAcr(value)).toBe(false)
})
