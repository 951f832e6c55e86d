/** The request target in origin form (RFC 9112 section 3.2.1), and nothing a second reader could take for another path. */
import { HoldfastError } from './errors.ts'

export type Target = {
  /** As received: what was signed is what is forwarded. */
  readonly raw: string
  readonly path: string
}

const maxLength = 8192
// RFC 3986 pchar without ";", "/" between segments; query as RFC 3986 section 3.4.
const form =
  /^(\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})*)(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?$/
// In a path: "//", a segment "." or "..", encoded unreserved characters (RFC 3986 section 6.2.2.2), "/", "\", ";" or NUL.
const twoReadings =
  /\/\/|\/\.{1,2}(?=\/|$)|%(?:2[DEde]|3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|5[Ff]|6[1-9A-Fa-f]|7[0-9Aa]|7[Ee]|2[Ff]|5[Cc]|3[Bb]|00)/

/**
 * Throws `ambiguous_request` for absolute and authority form, fragments, backslashes, dot segments, doubled slashes, path
 * parameters, and percent-encodings of characters that need none: backends decode those, and a route policy must not miss them.
 */
export function parseTarget(raw: string): Target {
  const path = raw.length <= maxLength ? form.exec(raw)?.[1] : undefined
  if (path === undefined || twoReadings.test(path)) throw new HoldfastError('ambiguous_request')
  return { raw, path }
}
