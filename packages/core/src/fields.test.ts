import { describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import { fieldsOf, parseFields } from './fields.ts'

describe('parseFields', () => {
  it('lowers names, trims values and joins what may be repeated (RFC 9421 section 2.1)', () => {
    const fields = parseFields(['Accept', ' a ', 'X-Empty', '', 'ACCEPT', '\tb', 'accept', '   '])
    expect([...fields]).toEqual([
      ['accept', 'a, b, '],
      ['x-empty', ''],
    ])
  })

  it.each([
    'Host',
    'Authorization',
    'Content-Digest',
    'Content-Encoding',
    'Content-Length',
    'Content-Type',
    'Expect',
    'Idempotency-Key',
    'Signature',
    'Signature-Input',
    'Transfer-Encoding',
    'Holdfast-Approval',
    'Holdfast-Anything',
  ])('refuses a second %s, and its twins', (name) => {
    const twins = [name.replaceAll('-', '_'), name.replaceAll('-', '.'), name.replaceAll('-', '!')]
    expect(outcome(() => parseFields([name, 'a', 'Accept', 'b']))).toBe('ok')
    expect(outcome(() => parseFields([name, 'a', name.toLowerCase(), 'a']))).toBe('ambiguous_request')
    expect(outcome(() => parseFields([name, '', name.toUpperCase(), '']))).toBe('ambiguous_request')
    for (const twin of twins.filter((other) => other !== name)) {
      expect(outcome(() => parseFields([twin, 'a']))).toBe('ambiguous_request')
    }
  })

  it('lets other names with punctuation pass', () => {
    expect(outcome(() => parseFields(['X_Trace.Id', '1', "X!#$%&'*+^`|~", '2']))).toBe('ok')
  })

  it.each([
    '',
    ' ',
    'a b',
    'a:',
    'a\n',
    'a\u0000',
    'é',
    '(a)',
    '"a"',
    'a/b',
    'Idempotency-\u212aey',
    '\u017fignature',
  ])('refuses the name %j', (name) => {
    expect(outcome(() => parseFields([name, 'a']))).toBe('ambiguous_request')
  })

  it.each([
    'a\nb',
    'a\r\nX: b',
    'a\u0000',
    'a\tb',
    '\u007f',
    'é',
    '\u2028',
    'a\n',
    '\na',
    '\u00a0',
    '\u000b',
  ])('refuses the value %j', (value) => {
    expect(outcome(() => parseFields(['X-A', value]))).toBe('ambiguous_request')
  })

  it('is misused by a name without value', () => {
    expect(() => parseFields(['Host'])).toThrow(TypeError)
  })

  it('keeps names that mean something to objects apart', () => {
    expect(parseFields(['__proto__', 'a', 'constructor', 'b']).get('__proto__')).toBe('a')
  })

  it('reads each character of 100 kB of white space once', () => {
    // A pattern that looked for white space at the end would start again at every blank: 5·10⁹ steps, not 10⁵.
    const value = `a${' '.repeat(100_000)}b`
    expect(parseFields(['X-A', ` ${value} `]).get('x-a')).toBe(value)
  })
})

it('takes pairs as a Headers object has them', () => {
  expect([...fieldsOf(new Headers({ 'Content-Type': 'text/plain' }))]).toEqual([
    ['content-type', 'text/plain'],
  ])
})
