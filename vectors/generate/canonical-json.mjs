/** Canonical JSON and digests of it, as docs/protocol.md 9 has them. */
import { createHash } from 'node:crypto'

export const sha256 = (data) => createHash('sha256').update(data).digest()
export const digest = (text) => sha256(text).toString('base64url')

/** RFC 8785 for values without fractions: `sort` compares UTF-16 code units. */
export function canonical(value) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}
