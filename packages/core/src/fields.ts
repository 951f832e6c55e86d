/**
 * Header fields of one message, parsed once: names in lower case, values trimmed, repeated fields joined with ", "
 * (RFC 9421 section 2.1). Below this file nobody sees raw headers.
 */
import { HoldfastError } from './errors.ts'

export type Fields = ReadonlyMap<string, string>

/** Fields with one meaning: a second one is a second reading of the message, so it is refused. */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'client-cert',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'signature',
  'signature-input',
  'transfer-encoding',
])

const plainName = /^[A-Za-z0-9-]+$/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const printable = /^[\x20-\x7e]*$/

/** A field of ours or with one meaning. `holdfast-*` is asked by prefix: later ones are single from their first day. */
function isSingle(name: string): boolean {
  return single.has(name) || name.startsWith('holdfast-')
}

/** CGI and its heirs read `content_digest` and `content.digest` as `Content-Digest`: no twin of a single field passes. */
function isTwin(name: string): boolean {
  return isSingle(name.replace(/[^a-z0-9]/g, '-'))
}

function parseName(raw: string): string {
  // Asked before lowering: the Kelvin sign would turn into an innocent "k".
  if (plainName.test(raw)) return raw.toLowerCase()
  const name = token.test(raw) ? raw.toLowerCase() : ''
  if (name === '' || isTwin(name)) throw new HoldfastError('ambiguous_request')
  return name
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** Without the white space around it, as RFC 9110 section 5.5 reads a value; what is left must be printable ASCII. */
function parseValue(raw: string): string {
  let start = 0
  let end = raw.length
  while (start < end && isBlank(raw.charCodeAt(start))) start++
  while (end > start && isBlank(raw.charCodeAt(end - 1))) end--
  const value = raw.slice(start, end)
  if (!printable.test(value)) throw new HoldfastError('ambiguous_request')
  return value
}

/**
 * From a flat list name, value, name, value … as Node's `rawHeaders`. Throws `ambiguous_request` on a repeated single
 * field or its twin, a name that is not a token, or a value that is not printable ASCII; TypeError on a name without value.
 */
export function parseFields(raw: readonly string[]): Fields {
  if (raw.length % 2 !== 0) throw new TypeError('a field name without its value')
  const fields = new Map<string, string>()
  for (let i = 0; i < raw.length; i += 2) {
    const name = parseName(raw[i] as string)
    const value = parseValue(raw[i + 1] as string)
    const before = fields.get(name)
    if (before !== undefined && isSingle(name)) throw new HoldfastError('ambiguous_request')
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return fields
}

/** From name-value pairs, e.g. a Headers object. */
export function fieldsOf(pairs: Iterable<readonly [string, string]>): Fields {
  return parseFields([...pairs].flat())
}
