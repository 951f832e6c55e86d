import * as fc from 'fast-check'
import { expect } from 'vitest'
import { parseTarget } from '../../src/target.ts'
import { hostileText, near } from './mutation.ts'
import { property } from './property.ts'

const piece = fc.constantFrom(
  'a',
  'B',
  '.',
  '..',
  '/',
  '//',
  '%2e',
  '%2F',
  '%41',
  '%c3%bc',
  '%C0%AF',
  '%25',
  '%',
  ';',
  '?',
  '#',
  '\\',
  '@',
  ':',
  '*',
  '~',
)
const valid = fc.constantFrom('/', '/accounts/12?x=1&y', '/gr%C3%BC%c3%9fe/a%40b?//..', '/a%3Ab/')
const targets = fc.oneof(
  near(valid),
  fc.array(piece, { maxLength: 10 }).map((pieces) => `/${pieces.join('')}`),
  hostileText,
)

property('target: the URL standard sees the path that routes see', targets, (raw) => {
  const target = parseTarget(raw)
  const url = new URL(`https://api.bank.example${raw}`)
  const [path] = raw.split('?') as [string]
  expect(target.raw).toBe(raw)
  expect(url.host + url.hash + url.username).toBe('api.bank.example')
  // Nothing was normalised: no dot segment, no backslash, nothing to encode.
  expect(url.pathname).toBe(path)
  expect(target.path).toBe(decodeURIComponent(path))
  expect(target.path).not.toMatch(/\/\/|[\\;%?#]|\/\.{1,2}(?:\/|$)/)
  // Decoding once more changes nothing, so a backend that decodes twice sees the same.
  expect(decodeURIComponent(target.path)).toBe(target.path)
})
