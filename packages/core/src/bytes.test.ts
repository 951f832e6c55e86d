import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base64url16,
  base64url32,
  concat,
  equal,
  fromBase64,
  fromBase64url,
  fromUtf8,
  toBase64,
  toBase64url,
  utf8,
} from './bytes.ts'

const forms = [
  { name: 'base64', encode: toBase64, decode: fromBase64, node: 'base64' },
  { name: 'base64url', encode: toBase64url, decode: fromBase64url, node: 'base64url' },
] as const

describe.each(forms)('$name', ({ encode, decode, node }) => {
  it('writes what Node writes and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encode(bytes)
        expect(text).toBe(Buffer.from(bytes).toString(node))
        expect(Buffer.from(decode(text)).equals(bytes)).toBe(true)
      }),
    )
  })

  it('reads only what it would write', () => {
    const alphabet = Array.from('ABCDEZaz0189+/-_=~ \n.')
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 }), (text) => {
        let bytes: Uint8Array
        try {
          bytes = decode(text)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        expect(encode(bytes)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['A', '====', '=', 'AA=A', 'AAé', 'A\u0141AA', '\ud800AAA', 'AA A', 'AAA\n', 'AB==AAAA'])(
    'refuses %j',
    (text) => {
      expect(() => decode(text)).toThrow(TypeError)
    },
  )
})

it('keeps the two alphabets apart', () => {
  expect(() => fromBase64('-_-_')).toThrow(TypeError)
  expect(() => fromBase64url('+/+/')).toThrow(TypeError)
})

it.each(['AB==', 'AAB=', 'AA', 'AAA', 'AAAA=', 'AAAAA==='])('refuses %j as base64', (text) => {
  expect(() => fromBase64(text)).toThrow(TypeError)
})

it.each(['AB', 'AAB', 'AA==', 'AAA='])('refuses %j as base64url', (text) => {
  expect(() => fromBase64url(text)).toThrow(TypeError)
})

it.each([
  [base64url16, 16],
  [base64url32, 32],
])('%s fits exactly the texts of %i bytes', (pattern, length) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: length, maxLength: length }), fc.nat(63), (bytes, last) => {
      const text = toBase64url(bytes)
      expect(pattern.test(text)).toBe(true)
      const changed = text.slice(0, -1) + toBase64url(new Uint8Array([last << 2]))[0]
      expect(pattern.test(changed)).toBe(
        changed === toBase64url(new Uint8Array(Buffer.from(changed, 'base64url'))),
      )
    }),
  )
  expect(pattern.test(`${toBase64url(new Uint8Array(length))}\n`)).toBe(false)
})

describe('UTF-8', () => {
  it('is strict and keeps a byte order mark', () => {
    expect(fromUtf8(utf8('\ufeffé€😀'))).toBe('\ufeffé€😀')
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      expect(() => fromUtf8(new Uint8Array(bytes))).toThrow(TypeError)
    }
  })
})

it('joins and compares', () => {
  expect([...concat(utf8('a'), new Uint8Array(0), utf8('bc'))]).toEqual([97, 98, 99])
  expect(equal(utf8('abc'), utf8('abc'))).toBe(true)
  expect(equal(utf8('abc'), utf8('abd'))).toBe(false)
  expect(equal(utf8('abc'), utf8('ab'))).toBe(false)
  expect(equal(new Uint8Array(0), new Uint8Array(0))).toBe(true)
})
