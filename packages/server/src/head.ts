/** The head of one request, parsed once at the edge; everything behind it sees this and never raw text. */
import { type Fields, HoldfastError, parseFields, parseTarget, type Target } from '@holdfast/core'

export type RequestHead = {
  readonly method: string
  readonly target: Target
  readonly fields: Fields
  /** Address of the peer, for rates and audit only. */
  readonly remote: string
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
const bodyless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Throws `method_refused`, `ambiguous_request`, `upgrade_refused`, `body_refused` or `content_encoding_refused` (docs/protocol.md 3.6, 3.9).
 * `rawFields` is the flat list name, value, … in the order received.
 */
export function parseHead(
  method: string,
  rawTarget: string,
  rawFields: readonly string[],
  remote: string,
): RequestHead {
  if (!methods.has(method)) throw new HoldfastError('method_refused')
  const target = parseTarget(rawTarget)
  const fields = parseFields(rawFields)
  if (fields.has('upgrade')) throw new HoldfastError('upgrade_refused')
  const hasBody = (fields.get('content-length') ?? '0') !== '0' || fields.has('transfer-encoding')
  if (hasBody && bodyless.has(method)) throw new HoldfastError('body_refused')
  if ((fields.get('content-encoding') ?? 'identity') !== 'identity')
    throw new HoldfastError('content_encoding_refused')
  return { method, target, fields, remote }
}
