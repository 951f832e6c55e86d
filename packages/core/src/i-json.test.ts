import { describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import { canonicalJson, type Json, parseIJson } from './i-json.ts'

describe('parseIJson', () => {
  it.each<[string, Json]>([
    ['{}', {}],
    [
      ' \r\n\t{ "b" : [ 1 , -2 , 0 , true , false , null ] , "a" : "x" } ',
      { b: [1, -2, 0, true, false, null], a: 'x' },
    ],
    [String.raw`{"a":"\u00e9\ud83d\ude00\"\\\/\n"}`, { a: 'é😀"\\/\n' }],
    ['{"a":{"a":{"a":1}},"b":{"a":1}}', { a: { a: { a: 1 } }, b: { a: 1 } }],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', { a: '{"a":1,"a":2}' }],
    ['[[[[[[[[1]]]]]]]]', [[[[[[[[1]]]]]]]]],
    ['9007199254740991', 9007199254740991],
    ['"constructor"', 'constructor'],
  ])('takes %s', (text, value) => {
    expect(parseIJson(text)).toEqual(value)
  })

  it.each([
    ['a name twice', '{"amount":"1","amount":"2"}'],
    ['a name twice, deep', '{"a":[{"b":1,"c":{},"b":2}]}'],
    ['a name twice by an escape', String.raw`{"a":1,"\u0061":2}`],
    ['a name twice by case', '{"amount":"1","Amount":"2"}'],
    ['a name twice by case and an escape', String.raw`{"a":1,"\u0041":2}`],
    ['a name with a letter that folds to another', '{"\u017ftate":1,"state":2}'],
    ['the sign of kelvin in a name', '{"\u212ay":1,"ky":2}'],
    ['a name that is not ASCII', '{"é":1}'],
    ['a name with a NUL', String.raw`{"a\u0000":1}`],
    ['a name with a blank', '{"a ":1}'],
    ['no name', '{"":1}'],
    ['a name of 65 characters', `{"${'a'.repeat(65)}":1}`],
    ['__proto__', '{"__proto__":{"amount":"1"}}'],
    ['__proto__ by escapes', String.raw`{"\u005f_proto__":{}}`],
    ['a fraction', '{"a":1.5}'],
    ['a fraction of zero', '1.0'],
    ['an exponent', '1e3'],
    ['an exponent without need', '1E0'],
    ['zero below zero', '-0'],
    ['a leading zero', '01'],
    ['a plus', '+1'],
    ['2^53', '9007199254740992'],
    ['2^53 below zero', '-9007199254740992'],
    ['a number of 17 digits', '10000000000000000'],
    ['a number too large for any', '1e999'],
    ['NaN', 'NaN'],
    ['Infinity', '[Infinity]'],
    ['half a pair', String.raw`{"a":"\ud83d"}`],
    ['half a pair, the second', String.raw`["\ude00"]`],
    ['a pair the wrong way round', String.raw`"\ude00\ud83d"`],
    ['half a pair in a name', String.raw`{"\ud800":1}`],
    ['half a pair, raw', '"\ud83d"'],
    ['a byte order mark', '\ufeff{}'],
    ['a blank of another kind', '{\u00a0}'],
    ['nine levels', '[[[[[[[[[1]]]]]]]]]'],
    ['nine levels of objects', `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`],
    ['brackets without end', '['.repeat(65_536)],
    ['more than 64 KiB', `"${'a'.repeat(65_535)}"`],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a comma too many', '{"a":1,}'],
    ['a comment', '{}//'],
    ['single quotes', "{'a':1}"],
    ['a name without quotes', '{a:1}'],
    ['a line break in a string', '"\n"'],
    ['an unknown escape', String.raw`"\x41"`],
    ['a string without end', '"abc'],
    ['undefined', 'undefined'],
  ])('refuses %s', (_, text) => {
    expect(outcome(() => parseIJson(text))).toBe('approval_body_refused')
  })

  it('leaves what objects inherit alone', () => {
    expect(outcome(() => parseIJson('{"__proto__":{"polluted":1}}'))).toBe('approval_body_refused')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('is done soon with quotes that are all escaped', () => {
    const text = `"${'\\"'.repeat(32_000)}`
    const begun = performance.now()
    expect(outcome(() => parseIJson(text))).toBe('approval_body_refused')
    expect(performance.now() - begun).toBeLessThan(500)
  })
})

describe('canonicalJson', () => {
  it('writes the example of RFC 8785 section 3.2.2', () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    expect(canonicalJson(JSON.parse(text) as Json)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  it('sorts as RFC 8785 section 3.2.3, by UTF-16 code units', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6']
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))
    const sorted = ['\\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
    expect(text).toBe(`{${sorted.map((name) => `"${name}":0`).join(',')}}`)
  })

  it.each([
    ['{ "b": 1, "a": { "d": [ 2, "x" ], "c": null } }', '{"a":{"c":null,"d":[2,"x"]},"b":1}'],
    [String.raw`{"a":"\u0062\/\u001f\u007f\t"}`, String.raw`{"a":"b/\u001f` + '\u007f' + String.raw`\t"}`],
    ['{"aa":1,"a":2,"B":3,"10":4,"9":5}', '{"10":4,"9":5,"B":3,"a":2,"aa":1}'],
    ['[]', '[]'],
    ['"\u2028"', '"\u2028"'],
  ])('of %s', (text, canonical) => {
    expect(canonicalJson(parseIJson(text))).toBe(canonical)
    expect(canonicalJson(parseIJson(canonical))).toBe(canonical)
  })
})
