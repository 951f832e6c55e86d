import * as fc from 'fast-check'
import { expect } from 'vitest'
import { fromBase64, fromBase64url, toBase64, toBase64url } from '../../src/bytes.ts'
import { hostileText, near } from './mutation.ts'
import { property } from './property.ts'

const some = fc.uint8Array({ maxLength: 80 })

property(
  'base64: reads only what it writes',
  fc.oneof(near(some.map(toBase64)), hostileText),
  (text) => expect(toBase64(fromBase64(text))).toBe(text),
  { mayThrowTypeError: true },
)
property(
  'base64url: reads only what it writes',
  fc.oneof(near(some.map(toBase64url)), hostileText),
  (text) => expect(toBase64url(fromBase64url(text))).toBe(text),
  { mayThrowTypeError: true },
)
