/** Which fields of a backend's answer reach the client, and what the gateway says beside them. */
import { HoldfastError, reservedPrefix } from '@holdfast/core'
import { hopByHop } from './request-fields.ts'

export type AnswerFields = {
  /** Flat list name, value, …, names in lower case. */
  readonly list: string[]
  /** Null when the answer ends with its connection or its last chunk. */
  readonly length: number | null
}

/** Only Holdfast signs answers and says `holdfast-…` (docs/protocol.md 3.8). */
const ours: ReadonlySet<string> = new Set(['signature', 'signature-input'])
// Bare directives only: `private="set-cookie"` speaks of one field, not of the answer (RFC 9111 section 5.2.2.7).
const uncacheable = /(?:^|,)[ \t]*(?:private|no-store)[ \t]*(?:,|$)/i

/**
 * `raw` is undici's flat list of octets. Throws `upstream_invalid` for a status outside 200 to 599 and for two lengths.
 * Values are not checked here: node:http refuses to write names and values that could end a line.
 */
export function answerFields(
  raw: readonly Uint8Array[],
  answer: { readonly status: number; readonly signed: boolean },
): AnswerFields {
  if (answer.status < 200 || answer.status > 599) throw new HoldfastError('upstream_invalid')
  const list: string[] = []
  let length: number | null = null
  let chunked = false
  let isPrivate = false
  let named: ReadonlySet<string> = hopByHop
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i]).toLowerCase()
    if (hopByHop.has(name)) {
      if (name === 'transfer-encoding') chunked = true
      if (name === 'connection') named = withNamed(latin1(raw[i + 1]), named)
      continue
    }
    if (ours.has(name) || name.startsWith(reservedPrefix)) continue
    const value = latin1(raw[i + 1])
    if (name === 'content-length') {
      // RFC 9110 section 8.6: a 204 has none, and with a 304 it is the length of another answer.
      if (answer.status === 204 || answer.status === 304) continue
      length = Number(value)
    } else if (name === 'cache-control' && answer.signed) {
      if (!uncacheable.test(value)) continue
      isPrivate = true
    }
    list.push(name, value)
  }
  if (length !== null && chunked) throw new HoldfastError('upstream_invalid')
  const kept = named === hopByHop ? list : without(list, named)
  // Last of all: what the backend names in Connection takes nothing of ours off.
  if (answer.signed && (!isPrivate || named.has('cache-control'))) kept.push('cache-control', 'no-store')
  return { list: kept, length }
}

function latin1(bytes: Uint8Array | undefined): string {
  return (bytes as Buffer).toString('latin1')
}

function withNamed(connection: string, before: ReadonlySet<string>): ReadonlySet<string> {
  if (connection === 'keep-alive') return before
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== 'close' && !hopByHop.has(name))
  return names.length === 0 ? before : new Set([...before, ...names])
}

function without(list: readonly string[], names: ReadonlySet<string>): string[] {
  return list.filter((_, i) => !names.has(list[i - (i % 2)] as string))
}
