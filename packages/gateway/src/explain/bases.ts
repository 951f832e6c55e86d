/** The two signature bases of one request: what its Signature-Input says it covers, and what the service builds itself. */
import { coveredComponents, type RequestSignature, serialiseParameters } from '@holdfast/core'
import type { RequestHead } from '@holdfast/server'

/** One line of each side; null where that side has no such component. */
export type BaseRow = { readonly left: string | null; readonly right: string | null; readonly same: boolean }

const shownOfSecret = 18
const secretFields: ReadonlySet<string> = new Set(['authorization', 'cookie', 'holdfast-approval'])

/** What may be shown of a field: of a credential only its beginning and its length. */
export function shown(name: string, value: string | undefined): string {
  if (value === undefined) return '(the request has no such field)'
  if (!secretFields.has(name)) return value
  return `${value.slice(0, Math.min(shownOfSecret, value.length >> 1))}… (${value.length} characters)`
}

function line(head: RequestHead, origin: string, name: string): string {
  if (name === '@method') return `"@method": ${head.method}`
  if (name === '@target-uri') return `"@target-uri": ${origin}${head.target.raw}`
  return `"${name}": ${shown(name, head.fields.get(name))}`
}

/** The origin the request itself names: its Host under the service's scheme. */
export function namedOrigin(head: RequestHead, origin: string): string {
  const host = head.fields.get('host')
  return host === undefined ? origin : `${new URL(origin).protocol}//${host}`
}

/** Rows in the service's order; what only the sender covers stands before the last line. */
export function compareBases(
  head: RequestHead,
  signature: RequestSignature,
  service: { readonly origin: string; readonly routeFields: readonly string[] },
): BaseRow[] {
  const claimed = signature.components
  const expected = coveredComponents(head.fields, service.routeFields)
  const left = (name: string): string => line(head, namedOrigin(head, service.origin), name)
  const right = (name: string): string => line(head, service.origin, name)
  const rows = expected.map((name, place): BaseRow => {
    if (!claimed.includes(name)) return { left: null, right: right(name), same: false }
    const same = claimed[place] === name && left(name) === right(name)
    return { left: left(name), right: right(name), same }
  })
  const others = claimed.filter((name) => !expected.includes(name))
  rows.push(...others.map((name): BaseRow => ({ left: left(name), right: null, same: false })))
  const ours = serialiseParameters(expected, signature.parameters)
  const theirs = signature.serialisedParameters
  rows.push({
    left: `"@signature-params": ${theirs}`,
    right: `"@signature-params": ${ours}`,
    same: theirs === ours,
  })
  return rows
}
