import * as fc from 'fast-check'
import { expect } from 'vitest'
import { canonicalJson, type Json, parseIJson } from '../../src/i-json.ts'
import { hostileText, near } from './mutation.ts'
import { property } from './property.ts'

const transfer =
  '{"amount":{"currency":"EUR","value":"12.50"},"name":"Zo\\u00eb","rows":[{"a":1},{"a":-2}],"on":null}'
const names = fc.constantFrom('a', 'A', '\\u0061', '\\u0041', 'b', '__proto__', 'é', '')
const numbers = fc.constantFrom('0', '-0', '1', '1.0', '1e0', '9007199254740991', '9007199254740992', '01')
const member = fc
  .tuple(names, fc.oneof(numbers, fc.constant('{"a":1}')))
  .map(([name, value]) => `"${name}":${value}`)
const objects = fc.array(member, { maxLength: 3 }).map((members) => `{${members.join(',')}}`)

/** Names of all objects in a value: folded and without doubles, or as they are. */
function countNames(value: Json, folded: boolean): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).reduce<number>((sum, one: Json) => sum + countNames(one, folded), 0)
  if (Array.isArray(value)) return inner
  const own = Object.keys(value)
  return inner + (folded ? new Set(own.map((name) => name.toLowerCase())).size : own.length)
}
/** Members as they are written, those that a parser drops among them. */
const countMembers = (text: string): number => text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1

property(
  'I-JSON: what is taken has one meaning and one canonical text',
  fc.oneof(objects, near(objects), near(fc.constant(transfer)), hostileText, fc.json()),
  (text) => {
    const value = parseIJson(text)
    expect(value).toEqual(JSON.parse(text))
    expect([countNames(value, true), countNames(value, false)]).toEqual([
      countMembers(text),
      countMembers(text),
    ])
    const canonical = canonicalJson(value)
    expect(canonicalJson(parseIJson(canonical))).toBe(canonical)
    expect(JSON.parse(canonical)).toEqual(value)
  },
)
