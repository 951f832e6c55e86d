/**
 * Which fields of a request reach a backend: those named here and those its route names. Everything else stays outside,
 * so a field invented tomorrow cannot mean something to a backend that its gateway never heard of.
 */
import { type Fields, reservedPrefix, type RouteRule } from '@holdfast/core'

const always = ['accept', 'accept-language', 'content-type', 'idempotency-key', 'traceparent', 'user-agent']

/** They decide whether a request acts. On a signed route they pass only where it names them, for then they are signed. */
const conditional = ['if-match', 'if-modified-since', 'if-none-match']

/**
 * Passes only where a signature covers it, and the forwarded identity's covers it again: whoever could change it on the way
 * would have the secret encrypted to himself (docs/protocol.md 8.7).
 */
const replyKey = 'holdfast-reply-key'

/** Fields of one hop (RFC 9110 section 7.6.1) and of framing. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** No route can let these through: they would undo what was verified, or claim what only the gateway may say. */
const never: ReadonlySet<string> = new Set([
  'authorization',
  // RFC 9440: what it says counts at the gateway, and only from a terminator.
  'client-cert',
  'client-cert-chain',
  // The gateway adds it after comparing; a second one would be anybody's.
  'content-digest',
  'content-encoding',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'signature',
  'signature-input',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-real-ip',
  'x-request-id',
  'x-rewrite-url',
])
const neverPrefixes = [reservedPrefix, 'x-forwarded-']

const token = /^[!#$%&'*+.^`|~0-9a-z-]+$/

/**
 * The names a route lets through. Throws TypeError for a name that is no field name in lower case, or one that must never
 * pass; `cookie` and `range` pass where they are named. "_" is refused: to many backends it is the same as "-".
 */
export function allowedFields(
  further: readonly string[],
  { policy }: Pick<RouteRule, 'policy'>,
): ReadonlySet<string> {
  for (const name of further) {
    const refused =
      !token.test(name) ||
      hopByHop.has(name) ||
      never.has(name) ||
      neverPrefixes.some((prefix) => name.startsWith(prefix))
    if (refused) throw new TypeError(`a route cannot forward the field ${JSON.stringify(name)}`)
  }
  return new Set([...always, ...(policy === 'open' ? conditional : [replyKey]), ...further])
}

/** Appends the allowed fields of a request to a flat list name, value, … */
export function copyAllowed(fields: Fields, allowed: ReadonlySet<string>, into: string[]): void {
  for (const [name, value] of fields) if (allowed.has(name)) into.push(name, value)
}
