/** The request target in origin form (RFC 9112 section 3.2.1), and nothing a second reader could take for another path. */
import { HoldfastError } from './errors.ts'

export type Target = {
  /** As received: what was signed is what is forwarded. */
  readonly raw: string
  /** Percent-decoded, without the query: the one form in which routes are compared. Never forward it. */
  readonly path: string
}

const maxLength = 8192
// RFC 3986 pchar without ";", "/" between segments; query as RFC 3986 section 3.4. Each alternative begins with another
// character, so matching takes linear time.
const form =
  /^(\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})*)(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?$/
// "//" and the segments "." and "..".
const oddSegment = /\/\/|\/\.{1,2}(?=\/|$)/
// Encoded controls and DEL, "#", "%" (decoded twice it becomes anything), "/", ";", "?", "\", and what is unreserved and
// needs no encoding (RFC 3986 section 6.2.2.2).
const oddEncoding = /%(?:[01][0-9A-F]|2[35DEF]|3[0-9BF]|4[1-9A-F]|5[0-9ACF]|6[1-9A-F]|7[0-9AEF])/i

/**
 * Throws `ambiguous_request` for absolute and authority form, fragments, backslashes, dot segments, doubled slashes, path
 * parameters, percent-encodings of characters that need none or that divide paths, and octets that are not UTF-8 (an
 * overlong "/" among them) or not in NFKC: backends decode those, and a route policy must not miss them.
 */
export function parseTarget(raw: string): Target {
  const path = raw.length <= maxLength ? form.exec(raw)?.[1] : undefined
  if (path === undefined || oddSegment.test(path)) throw new HoldfastError('ambiguous_request')
  if (!path.includes('%')) return { raw, path }
  if (oddEncoding.test(path)) throw new HoldfastError('ambiguous_request')
  return { raw, path: decode(path) }
}

/** Compatibility forms ("／" for "/", "．" for ".", "ſ" for "s") are what best-fit conversions at a backend turn into others. */
function decode(path: string): string {
  try {
    const decoded = decodeURIComponent(path)
    if (decoded.normalize('NFKC') === decoded) return decoded
  } catch (cause) {
    throw new HoldfastError('ambiguous_request', { cause })
  }
  throw new HoldfastError('ambiguous_request')
}
