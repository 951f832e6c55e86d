/** The head of one request, parsed once at the edge; everything behind it sees this and never raw text. */
import { type Fields, HoldfastError, parseFields, parseTarget, type Target } from '@holdfast/core'
import type { ClientCertificate } from './certificate.ts'

/** How a request came, as far as its bytes do not say. */
export type Channel = {
  /** It was sealed to this service, and its answer will be (docs/protocol.md 8). */
  readonly sealed: boolean
  /** What the connection proved, or a terminator that may be believed; null without one (docs/protocol.md 10). */
  readonly certificate: ClientCertificate | null
}

export const plainChannel: Channel = { sealed: false, certificate: null }

export type RequestHead = {
  readonly method: string
  readonly target: Target
  readonly fields: Fields
  /** Address of the peer, for rates and audit only. */
  readonly remote: string
  readonly channel: Channel
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
  channel: Channel = plainChannel,
): RequestHead {
  if (!methods.has(method)) throw new HoldfastError('method_refused')
  const target = parseTarget(rawTarget)
  const fields = parseFields(rawFields)
  if (fields.has('upgrade')) throw new HoldfastError('upgrade_refused')
  const hasBody = (fields.get('content-length') ?? '0') !== '0' || fields.has('transfer-encoding')
  if (hasBody && bodyless.has(method)) throw new HoldfastError('body_refused')
  if ((fields.get('content-encoding') ?? 'identity') !== 'identity')
    throw new HoldfastError('content_encoding_refused')
  return { method, target, fields, remote, channel }
}
