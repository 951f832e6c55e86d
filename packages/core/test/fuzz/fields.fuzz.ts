import * as fc from 'fast-check'
import { expect } from 'vitest'
import { parseFields } from '../../src/fields.ts'
import { hostileText, near } from './mutation.ts'
import { property } from './property.ts'

const names = fc.constantFrom(
  'Host',
  'Accept',
  'X-A',
  'x_a',
  'Content-Type',
  'Idempotency-Key',
  'Holdfast-User',
  'Signature',
)
const values = fc.constantFrom('', 'a', ' a ', '\ta', 'a, b', 'application/json', 'hf=:AAAA:')
const field = fc.tuple(fc.oneof(names, near(names), hostileText), fc.oneof(values, near(values), hostileText))

property('fields: what is taken reads the same again', fc.array(field, { maxLength: 6 }), (pairs) => {
  const fields = parseFields(pairs.flat())
  for (const [name, value] of fields) {
    expect(name).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/)
    expect(value).toMatch(/^[\x20-\x7e]*$/)
    if (/[^a-z0-9-]/.test(name))
      expect(name.replace(/[^a-z0-9]/g, '-')).not.toMatch(/^(?:holdfast-|signature|idempotency-key$)/)
  }
  expect([...parseFields([...fields].flat())]).toEqual(
    [...fields].map(([name, value]) => [name, value.trim()]),
  )
})
