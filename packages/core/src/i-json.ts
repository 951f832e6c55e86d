/**
 * I-JSON (RFC 7493) in, canonical JSON (RFC 8785) out, so that no two parsers see two things in one text. Narrower than both: numbers are
 * safe integers, since money and ids are text.
 */
import { HoldfastError } from './errors.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

const deepest = 8
/** Of a text that is JSON: strings, or one structural character, or a whole literal or number. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g
const wholeNumber = /^(?:0|-?[1-9]\d{0,15})$/

/** Throws unless no object has two names that are the same, or the same but for case, and no number is more than a whole one. */
function checkTokens(text: string): void {
  const open: Array<Set<string> | null> = []
  const all = [...text.matchAll(tokens)].map(([token]) => token)
  all.forEach((token, i) => {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.startsWith('"') && all[i + 1] === ':') {
      const name = (JSON.parse(token) as string).toLowerCase()
      const names = open.at(-1)
      if (names?.has(name) === true) throw new TypeError('a name twice')
      names?.add(name)
    } else if (/^[-\d]/.test(token) && !wholeNumber.test(token)) throw new TypeError('not a whole number')
    if (open.length > deepest) throw new TypeError('too deep')
  })
}

/** What is in it beside names: whole texts, safe numbers. */
function checkValue(value: Json): void {
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw new TypeError('half a character')
  } else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('not a safe number')
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      checkValue(name)
      checkValue(inner)
    }
  }
}

/** Throws `approval_body_refused` for anything that could be read in two ways. */
export function parseIJson(text: string): Json {
  try {
    // Nesting is counted on the text itself, before a parser recurses into it.
    checkTokens(text)
    const value = JSON.parse(text) as Json
    checkValue(value)
    return value
  } catch (cause) {
    throw new HoldfastError('approval_body_refused', { cause })
  }
}

/** RFC 8785: names sorted by UTF-16 code units, no blanks, the shortest escapes. One value has one text. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value as Readonly<Record<string, Json>>).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`
}
