/**
 * The library that reads our dictionary fields, held to the suite of RFC 9651's authors. Signature fields are read by it,
 * so where it deviates is written down here: a new version that deviates elsewhere fails.
 */
import {
  type BareItem,
  type Dictionary,
  DisplayString,
  type InnerList,
  type Item,
  type List,
  parseDictionary,
  parseItem,
  parseList,
  serializeDictionary,
  serializeItem,
  serializeList,
  Token,
} from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { outsideVectors } from './outside-vectors.ts'

const suite = outsideVectors('structured-field-tests')

const files = [
  'binary',
  'boolean',
  'date',
  'dictionary',
  'display-string',
  'examples',
  'item',
  'key-generated',
  'large-generated',
  'list',
  'listlist',
  'number',
  'number-generated',
  'param-dict',
  'param-list',
  'param-listlist',
  'string',
  'string-generated',
  'token',
  'token-generated',
]

/** Dates of ±999,999,999,999,999 s are beyond what a JavaScript Date holds. */
const dateBeyond = /^@-?9{15}$/
/** `1.0` comes back as `1`: then a whole field is refused as not canonical where another signature has such a parameter. */
const wrongText = /\d\.0(?!\d)/

type Case = {
  readonly name: string
  readonly raw: readonly string[]
  readonly header_type: 'item' | 'list' | 'dictionary'
  readonly expected?: unknown
  readonly must_fail?: boolean
  readonly can_fail?: boolean
  readonly canonical?: readonly string[]
}

function bare(value: BareItem): unknown {
  if (value instanceof Token) return { __type: 'token', value: value.toString() }
  if (value instanceof DisplayString) return { __type: 'displaystring', value: value.toString() }
  if (value instanceof Date) return { __type: 'date', value: value.getTime() / 1000 }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    return { __type: 'binary', value: base32(bytes as Uint8Array) }
  }
  return value
}

/** RFC 4648 section 6, as the suite writes binary values. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  const text = groups
    .map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('')
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

function parametersOf(parameters: Map<string, BareItem>): unknown {
  return [...parameters].map(([key, value]) => [key, bare(value)])
}
function memberOf([value, parameters]: Item | InnerList): unknown {
  return [Array.isArray(value) ? value.map(memberOf) : bare(value), parametersOf(parameters)]
}

function read(type: Case['header_type'], text: string): { value: unknown; text: string } {
  if (type === 'item') {
    const item: Item = parseItem(text)
    return { value: memberOf(item), text: serializeItem(item) }
  }
  if (type === 'list') {
    const list: List = parseList(text)
    return { value: list.map(memberOf), text: serializeList(list) }
  }
  const dictionary: Dictionary = parseDictionary(text)
  return {
    value: [...dictionary].map(([key, member]) => [key, memberOf(member)]),
    text: serializeDictionary(dictionary),
  }
}

describe.skipIf(suite.absent)(suite.title, () => {
  it.each(files)('%s', (file) => {
    const name = file === 'large-generated' ? `${file}.json.gz` : `${file}.json`
    const wrong: string[] = []
    for (const test of suite.read(name) as Case[]) {
      const text = test.raw.join(', ')
      let result: { value: unknown; text: string } | null
      try {
        result = read(test.header_type, text)
      } catch {
        result = null
      }
      if (result === null) {
        if (test.must_fail !== true && test.can_fail !== true && !dateBeyond.test(text))
          wrong.push(`${test.name}: refused`)
        continue
      }
      if (test.must_fail === true) {
        wrong.push(`${test.name}: accepted`)
        continue
      }
      const canonical = (test.canonical ?? test.raw).join(', ')
      if (!dateBeyond.test(text) && JSON.stringify(result.value) !== JSON.stringify(test.expected))
        wrong.push(`${test.name}: value`)
      if (result.text !== canonical && !wrongText.test(canonical) && !dateBeyond.test(text))
        wrong.push(`${test.name}: text`)
    }
    expect(wrong).toEqual([])
  })
})
