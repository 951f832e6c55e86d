import { expect, test } from 'vitest'
import { allowedFields } from './request-fields.ts'

test.each([
  'holdfast-user',
  'authorization',
  'signature',
  'signature-input',
  'connection',
  'transfer-encoding',
  'te',
  'upgrade',
  'host',
  'content-digest',
  'content-length',
  'content-encoding',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-http-method-override',
  'x-original-url',
  'x-request-id',
  'X-Locale',
  'x_locale',
  'x locale',
  '',
])('a route cannot forward %j', (name) => {
  expect(() => allowedFields([name])).toThrow(TypeError)
})

test('a route can name cookies, ranges and fields of its own', () => {
  const allowed = allowedFields(['cookie', 'range', 'x-locale'])
  for (const name of ['cookie', 'range', 'x-locale', 'accept', 'idempotency-key'])
    expect(allowed).toContain(name)
  expect(allowedFields([])).not.toContain('cookie')
})
