/**
 * Header fields of one message, parsed once: names in lower case, values trimmed, repeated fields joined with ", "
 * (RFC 9421 section 2.1). Below this file nobody sees raw headers.
 */
import { HoldfastError } from './errors.ts'

export type Fields = ReadonlyMap<string, string>

/** Fields with one meaning: a second one is a second reading of the message, so it is refused. */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'holdfast-approval',
  'host',
  'idempotency-key',
  'signature',
  'signature-input',
  'transfer-encoding',
])

const namePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Printable ASCII and tab: what a signature base can hold (RFC 9421 section 2.1) without a second reading.
const valuePattern = /^[\t\x20-\x7e]*$/
const trimmable = /^[ \t]|[ \t]$/

function trim(value: string): string {
  return trimmable.test(value) ? value.replace(/^[ \t]+|[ \t]+$/g, '') : value
}

/**
 * From a flat list name, value, name, value … as Node's `rawHeaders`. Throws `ambiguous_request` on a repeated single
 * field, a name that is not a token, or a value with control or non-ASCII characters.
 */
export function parseFields(raw: readonly string[]): Fields {
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    const value = raw[i + 1] as string
    if (!namePattern.test(name) || !valuePattern.test(value)) throw new HoldfastError('ambiguous_request')
    const before = fields.get(name)
    if (before === undefined) {
      fields.set(name, trim(value))
    } else if (single.has(name)) {
      throw new HoldfastError('ambiguous_request')
    } else {
      fields.set(name, `${before}, ${trim(value)}`)
    }
  }
  return fields
}

/** From name-value pairs, e.g. a Headers object. */
export function fieldsOf(pairs: Iterable<readonly [string, string]>): Fields {
  return parseFields([...pairs].flat())
}
