import { expect, test } from 'vitest'
import { createAddressCounter } from './limits.ts'

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
