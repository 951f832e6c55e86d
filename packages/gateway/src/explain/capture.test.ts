import { utf8 } from '@holdfast/core'
import { expect, test } from 'vitest'
import { parseCapture } from './capture.ts'

test('white space in a capture costs time in proportion to its length', () => {
  const text = `GET /a HTTP/1.1\nx-a: ${' '.repeat(100_000)}b`
  const startMs = performance.now()
  expect(parseCapture(utf8(text)).rawFields).toEqual(['x-a', 'b'])
  // Looking for its end from every blank took seconds.
  expect(performance.now() - startMs).toBeLessThan(500)
})
