import { describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import { parseTarget } from './target.ts'

describe('parseTarget', () => {
  it.each([
    ['/', '/'],
    ['/a', '/a'],
    ['/a/', '/a/'],
    ['/a?', '/a'],
    ['/a?b=c&d', '/a'],
    ['/a?//../.;b=%41%2e%2f%5c%00?', '/a'],
    ["/a-._~!$&'()*+,=:@b", "/a-._~!$&'()*+,=:@b"],
    ['/a/...', '/a/...'],
    ['/a/.well-known/..b', '/a/.well-known/..b'],
    ['/gr%C3%BC%c3%9fe', '/grüße'],
    ['/a%20b%7Cc%22', '/a b|c"'],
    // Reserved characters mean themselves or not, but a route sees one form.
    ['/users/a%40b.example', '/users/a@b.example'],
    ['/a%3Atransfer', '/a:transfer'],
  ])('%s has the path %s', (raw, path) => {
    expect(parseTarget(raw)).toEqual({ raw, path })
  })

  it.each([
    ['nothing', ''],
    ['asterisk form', '*'],
    ['authority form', 'bank.example:443'],
    ['absolute form', 'https://bank.example/a'],
    ['absolute form of another scheme', 'file:///etc/passwd'],
    ['no slash at the start', 'a/b'],
    ['query alone', '?a'],
    ['fragment', '/a#b'],
    ['fragment in a query', '/a?b#c'],
    ['network path', '//evil.example/a'],
    ['doubled slash', '/a//b'],
    ['doubled slash at the end', '/a//'],
    ['dot', '/.'],
    ['dot segment', '/a/./b'],
    ['dot segment at the end', '/a/.'],
    ['double dot', '/..'],
    ['double dot segment', '/a/../b'],
    ['double dot before a query', '/a/..?b'],
    ['encoded dots', '/a/%2e%2E/b'],
    ['half encoded dots', '/a/.%2e/b'],
    ['encoded slash', '/a%2fb'],
    ['encoded slash, upper case', '/a%2Fb'],
    ['backslash', '/a\\b'],
    ['backslash in a query', '/a?b\\c'],
    ['encoded backslash', '/a%5cb'],
    ['encoded backslash, upper case', '/a%5Cb'],
    ['path parameter', '/a;b'],
    ['path parameter between dots', '/a/..;/b'],
    ['encoded semicolon', '/a%3bb'],
    ['encoded semicolon, upper case', '/a%3Bb'],
    ['encoded question mark', '/a%3Fb'],
    ['encoded number sign', '/a%23b'],
    ['encoded percent', '/a%252fb'],
    ['encoded NUL', '/a%00'],
    ['encoded line feed', '/a%0a'],
    ['encoded carriage return', '/a%0D'],
    ['encoded tab', '/a%09'],
    ['encoded DEL', '/a%7f'],
    ['encoded letter', '/%61dmin'],
    ['encoded letter, upper case', '/%41'],
    ['encoded digit', '/%30'],
    ['encoded dash', '/a%2Db'],
    ['encoded tilde', '/%7Ea'],
    ['encoded underscore', '/a%5Fb'],
    ['overlong slash', '/a%c0%afb'],
    ['overlong dot', '/%c0%ae%c0%ae/b'],
    ['overlong slash of three', '/a%e0%80%afb'],
    ['surrogate', '/a%ed%a0%80'],
    ['full-width slash', '/open%EF%BC%8Fadmin'],
    ['full-width dots', '/open/%EF%BC%8E%EF%BC%8E/admin'],
    ['long s', '/tran%C5%BFfers'],
    ['lone continuation', '/a%80'],
    ['cut sequence', '/a%c3'],
    ['beyond Unicode', '/a%f5%80%80%80'],
    ['bare percent', '/a%'],
    ['percent with one digit', '/a%4'],
    ['percent with no digits', '/a%zz'],
    ['percent of another dialect', '/a%u002f'],
    ['bare percent in a query', '/a?b=%'],
    ['space', '/a b'],
    ['tab', '/a\tb'],
    ['line feed', '/a\nb'],
    ['line feed at the end', '/a\n'],
    ['NUL', '/a\u0000'],
    ['non-ASCII', '/ü'],
    ['non-ASCII in a query', '/a?ü'],
    ['full-width slash', '/a\uff0fb'],
    ['brackets', '/a?b[]=c'],
    ['quote', '/a"'],
    ['angle brackets', '/<a>'],
    ['pipe', '/a|b'],
    ['too long', `/${'a'.repeat(8192)}`],
  ])('refuses %s', (_, raw) => {
    expect(outcome(() => parseTarget(raw))).toBe('ambiguous_request')
  })

  it('refuses or decodes each of the 256 octets, in either case', () => {
    const unreserved = /[A-Za-z0-9._~-]/
    const dividing = '#%/;?\\'
    for (let octet = 0; octet < 256; octet++) {
      const encoded = `%${octet.toString(16).padStart(2, '0')}`
      const character = String.fromCharCode(octet)
      const odd = octet < 32 || octet > 126 || unreserved.test(character) || dividing.includes(character)
      for (const raw of [`/a${encoded}b`, `/a${encoded.toUpperCase()}b`]) {
        expect(outcome(() => parseTarget(raw))).toBe(odd ? 'ambiguous_request' : 'ok')
        if (!odd) expect(parseTarget(raw).path).toBe(`/a${character}b`)
      }
    }
  })

  it('looks at no more than 8192 characters', () => {
    expect(outcome(() => parseTarget(`/${'a'.repeat(8191)}`))).toBe('ok')
    for (const part of ['%', '/.', '%41', '/a', '?', '%c3']) {
      expect(outcome(() => parseTarget(`/${part.repeat(100_000 / part.length)}`))).toBe('ambiguous_request')
    }
  })
})
