import { HoldfastError, maxSealedBody, maxSealedMessage } from '@holdfast/core'
import { expect, test } from 'vitest'
import { createAddressCounter, createLoad, defaultLimits, sealedLimit } from './limits.ts'

test('an IPv6 customer is counted as the /64 they have, however many addresses they take', () => {
  const counter = createAddressCounter(2)
  expect(counter.enter('2001:db8:0:1::1')).toBe(true)
  expect(counter.enter('2001:db8:0:1::2')).toBe(true)
  expect(counter.enter('2001:0db8:0:1:ffff::3')).toBe(false)
  expect(counter.enter('2001:db8:0:2::1')).toBe(true)
  counter.leave('2001:db8:0:1::2')
  expect(counter.enter('2001:db8:0:1::3')).toBe(true)
})

test('an IPv4 address is one client in either spelling', () => {
  const counter = createAddressCounter(1)
  expect(counter.enter('192.0.2.1')).toBe(true)
  expect(counter.enter('::ffff:192.0.2.1')).toBe(false)
  expect(counter.enter('192.0.2.2')).toBe(true)
})

test('a sealed request may be as long as what is inside may be, sealed, and no longer', () => {
  const bodyBytes = 1_048_576
  const limit = (bytes: number): number => sealedLimit({ ...defaultLimits, bodyBytes: bytes })
  expect(limit(bodyBytes)).toBeGreaterThan(bodyBytes + 65_536)
  expect(limit(bodyBytes)).toBeLessThan(1.2 * bodyBytes)
  expect(limit(10)).toBeGreaterThan(131_072)
  expect(limit(100 * bodyBytes)).toBe(maxSealedMessage)
  expect(sealedLimit(defaultLimits)).toBeGreaterThan(maxSealedBody)
})

test('one address holds its share of what is spooled, and another one the rest', () => {
  const load = createLoad({ ...defaultLimits, spooledSharePercent: 30, spooledBytes: 100_000_000 })
  const refused = (bytes: number, address: string): string => {
    try {
      load.hold(bytes, address)
      return 'held'
    } catch (error) {
      return error instanceof HoldfastError ? error.code : String(error)
    }
  }
  expect(refused(20_000_000, '2001:db8:0:1::1')).toBe('held')
  expect(refused(10_000_001, '2001:db8:0:1::2')).toBe('overloaded')
  expect(refused(10_000_000, '2001:db8:0:1::2')).toBe('held')
  expect(refused(1, '2001:db8:0:1::3')).toBe('overloaded')
  for (const address of ['192.0.2.1', '192.0.2.2']) expect(refused(30_000_000, address)).toBe('held')
  expect(refused(10_000_001, '192.0.2.3')).toBe('overloaded')
  expect(load.spooledBytes()).toBe(90_000_000)
  load.free(20_000_000, '2001:db8:0:1::1')
  load.free(0, '192.0.2.9')
  expect(refused(20_000_000, '2001:db8:0:1::3')).toBe('held')
  expect(refused(1, '2001:db8:0:1::3')).toBe('overloaded')
})

test('a share is enough for the longest sealed request and its answer', () => {
  const load = createLoad({ ...defaultLimits, spooledSharePercent: 1 })
  const longest = sealedLimit(defaultLimits) + defaultLimits.wholeAnswerBytes
  load.hold(longest, '192.0.2.1')
  expect(() => load.hold(1, '192.0.2.1')).toThrow(HoldfastError)
})
