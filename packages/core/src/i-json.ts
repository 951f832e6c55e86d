/**
 * I-JSON (RFC 7493) in, canonical JSON (RFC 8785) out, so that no two parsers see two things in one text. Narrower than both: numbers are
 * safe integers, since money and ids are text; names are ASCII, since readers fold other letters in more ways than one.
 */
import { HoldfastError } from './errors.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

const deepest = 8
const longest = 65_536
/**
 * A string, one structural character, or a whole literal or number, with the white space before it. Sticky: in a text that is JSON no
 * character is passed over, and in any other the search ends where it fails, however often a quote is escaped behind.
 */
const tokens = /\s*("[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+)/gy
const wholeNumber = /^(?:0|-?[1-9]\d{0,15})$/
const plainName = /^[!-~]{1,64}$/
/** With `u` a pair is one character, so only half of one is found. */
const halfCharacter = /[\ud800-\udfff]/u

/** Throws unless `name` is new here, whatever its case: some parsers take the last of two, some the first, some ignore case. */
function addName(names: Set<string> | null | undefined, name: string): void {
  // Where objects inherit, this one names what they inherit from.
  if (!plainName.test(name) || name === '__proto__') throw new TypeError('a name of another form')
  const folded = name.toLowerCase()
  if (names?.has(folded) === true) throw new TypeError('a name twice')
  names?.add(folded)
}

function checkTokens(text: string): void {
  const open: Array<Set<string> | null> = []
  const all = [...text.matchAll(tokens)].map(([, token]) => token as string)
  all.forEach((token, i) => {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.startsWith('"')) {
      const said = JSON.parse(token) as string
      if (halfCharacter.test(said)) throw new TypeError('half a character')
      if (all[i + 1] === ':') addName(open[open.length - 1], said)
    } else if (/^[-\d]/.test(token) && !(wholeNumber.test(token) && Number.isSafeInteger(Number(token))))
      throw new TypeError('not a whole number')
    if (open.length > deepest) throw new TypeError('too deep')
  })
}

/**
 * Throws `approval_body_refused` for anything that could be read in two ways: a name twice, also by case or by escapes, a name that is
 * not printable ASCII, a number that is no safe integer or has another text, half a surrogate pair; and for more than 64 KiB characters
 * or eight levels.
 */
export function parseIJson(text: string): Json {
  try {
    if (text.length > longest) throw new TypeError('too long')
    // Nesting is counted on the text itself, before a parser recurses into it.
    checkTokens(text)
    return JSON.parse(text) as Json
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
