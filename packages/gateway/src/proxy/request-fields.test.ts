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
  expect(() => allowedFields([name], { policy: 'open' })).toThrow(TypeError)
})

test('a route can name cookies, ranges and fields of its own', () => {
  const allowed = allowedFields(['cookie', 'range', 'x-locale'], { policy: 'signed' })
  for (const name of ['cookie', 'range', 'x-locale', 'accept', 'idempotency-key'])
    expect(allowed).toContain(name)
  expect(allowedFields([], { policy: 'open' })).not.toContain('cookie')
})

test.each(['if-match', 'if-modified-since', 'if-none-match'])(
  '%s decides whether a request acts: on a signed route it passes only where it is signed',
  (name) => {
    expect(allowedFields([], { policy: 'open' })).toContain(name)
    expect(allowedFields([], { policy: 'signed' })).not.toContain(name)
    expect(allowedFields([name], { policy: 'signed' })).toContain(name)
  },
)

test('a reply key passes where it is signed, and nowhere else', () => {
  expect(allowedFields([], { policy: 'signed' })).toContain('holdfast-reply-key')
  expect(allowedFields([], { policy: 'sealed' })).toContain('holdfast-reply-key')
  expect(allowedFields([], { policy: 'open' })).not.toContain('holdfast-reply-key')
  expect(() => allowedFields(['holdfast-reply-key'], { policy: 'signed' })).toThrow(TypeError)
})
