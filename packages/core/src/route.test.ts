import { describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import { findRule, isCoverableField, isRoutePath, type RouteRule } from './route.ts'

function rule(path: string, methods?: readonly string[]): RouteRule {
  return { path, ...(methods && { methods }), policy: 'signed', signer: 'device', fields: [] }
}

describe('findRule', () => {
  it.each([
    ['/a/b', '/a/b', true],
    ['/a/b', '/a/b/', true],
    ['/a/b/', '/a/b', true],
    ['/a/b', '/a', false],
    ['/a/b', '/a/b/c', false],
    ['/a/b', '/a/bc', false],
    ['/', '/', true],
    ['/', '/a', false],
    ['/*', '/', true],
    ['/*', '/a/b', true],
    ['/a/*', '/a', true],
    ['/a/*', '/a/', true],
    ['/a/*', '/a/b/c', true],
    ['/a/*', '/ab', false],
    ['/a/*', '/', false],
    ['/a/*/b', '/a/x/b', false],
    ['/a:transfer', '/a:transfer', true],
    ['/grüße', '/grüße', true],
  ])('%s and %s: %s', (path, target, fits) => {
    expect(findRule([rule(path)], 'POST', target) !== undefined).toBe(fits)
  })

  it('takes the first rule that fits', () => {
    const rules = [rule('/a/*', ['POST']), rule('/a/b'), rule('/*')]
    expect(findRule(rules, 'POST', '/a/b')).toBe(rules[0])
    expect(findRule(rules, 'GET', '/a/b')).toBe(rules[1])
    expect(findRule(rules, 'GET', '/c')).toBe(rules[2])
    expect(findRule(rules.slice(0, 2), 'GET', '/c')).toBeUndefined()
  })

  it('asks of HEAD what it asks of GET', () => {
    const rules = [rule('/a', ['GET']), rule('/b', ['HEAD'])]
    expect(findRule(rules, 'HEAD', '/a')).toBe(rules[0])
    expect(findRule(rules, 'HEAD', '/b')).toBeUndefined()
  })

  it('refuses what slips past a rule by case alone', () => {
    const rules = [rule('/Transfers', ['POST']), rule('/open/*'), rule('/*')]
    expect(outcome(() => findRule(rules, 'POST', '/transfers'))).toBe('ambiguous_request')
    expect(outcome(() => findRule(rules, 'POST', '/TRANSFERS/'))).toBe('ambiguous_request')
    expect(outcome(() => findRule(rules, 'GET', '/OPEN/a'))).toBe('ambiguous_request')
    expect(findRule(rules, 'GET', '/transfers')).toBe(rules[2])
    expect(findRule(rules, 'GET', '/open/ABC')).toBe(rules[1])
  })
})

it.each([
  ['/', true],
  ['/a b/ü/*', true],
  ['a', false],
  ['/a%20b', false],
  ['/a?b', false],
  ['/a#b', false],
  ['/a;b', false],
  ['/a\\b', false],
  ['/a\nb', false],
])('isRoutePath %j: %s', (path, expected) => {
  expect(isRoutePath(path)).toBe(expected)
})

it.each([
  ['x-amount', true],
  ['X-Amount', false],
  ['@query', false],
  ['signature', false],
  ['signature-input', false],
  ['a"b', false],
  ['', false],
])('isCoverableField %j: %s', (name, expected) => {
  expect(isCoverableField(name)).toBe(expected)
})
