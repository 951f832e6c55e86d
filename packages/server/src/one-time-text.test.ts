import { expect, test } from 'vitest'
import { generateOneTimeText, wordOneTimeText } from './one-time-text.ts'

/** Gives these 32-bit numbers, one for each call. */
function numbers(...values: number[]) {
  return {
    random(length: number): Uint8Array {
      const bytes = new Uint8Array(length)
      new DataView(bytes.buffer).setUint32(0, values.shift() ?? 0)
      return bytes
    },
  }
}

test('six digits, with zeros in front', () => {
  expect(generateOneTimeText(numbers(7))).toBe('000007')
  expect(generateOneTimeText(numbers(4_293_999_999))).toBe('999999')
})

test('numbers that would favour the low digits are thrown away', () => {
  expect(generateOneTimeText(numbers(4_294_967_295, 4_294_000_000, 4_293_123_456))).toBe('123456')
})

test('every wording fits one message of the GSM alphabet', () => {
  const origin = 'https://onlinebanking.a-rather-long-bank-name.example'
  for (const platform of ['web', 'node', 'android', 'ios', 'testing'] as const) {
    const text = wordOneTimeText({ origin, platform, transcript: '_'.repeat(42) + '8', digits: '123456' })
    expect(text.length).toBeLessThanOrEqual(160)
    expect(text).toMatch(/^[\x20-\x7e]+$/)
  }
})
