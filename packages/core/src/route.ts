/** What each path demands. Client and server read the same rules, so the client signs what the server will ask for. */
import { HoldfastError } from './errors.ts'
import type { FactorDemand } from './factor.ts'

/** `sealed`: signed, and nobody who ends TLS on the way can read it (docs/protocol.md 8). */
export type RoutePolicy = 'open' | 'signed' | 'sealed'
/** Which key must sign: `any` takes the session key or the device key. */
export type RouteSigner = 'any' | 'device'

export type RouteRule = {
  /** `/exact/path` or `/prefix/*`, percent-decoded as {@link Target.path}; a trailing slash makes no difference. */
  readonly path: string
  /** Methods the rule speaks of; absent means all. HEAD goes with GET. */
  readonly methods?: readonly string[]
  readonly policy: RoutePolicy
  readonly signer: RouteSigner
  /** Names of further fields the signature covers when present, in lower case, in this order. */
  readonly fields: readonly string[]
  /** Only over a connection that shows the certificate of the device (docs/protocol.md 10). */
  readonly mutual?: true
  /** The answer is signed and covers its request (RFC 9421 `;req`); on sealed requests the seal does as much. */
  readonly answer?: 'signed'
  /** What the user must have proved, and how recently (RFC 9470); absent: whatever opened the session. */
  readonly factor?: FactorDemand
}

const routePath = /^\/[^?#%;\\\p{C}]*$/u
const coverable = /^[a-z0-9!#$%&'*+.^_`|~-]+$/

/** A rule of another form would never fit anything: `%20` stands for a space in targets, but rules hold decoded text. */
export function isRoutePath(path: string): boolean {
  return routePath.test(path)
}

/** A field a rule may name: in lower case, as {@link Fields} have it, and not the signature's own. */
export function isCoverableField(name: string): boolean {
  return coverable.test(name) && name !== 'signature' && name !== 'signature-input'
}

/** Everything no rule names. */
export const defaultRule: RouteRule = { path: '/*', policy: 'signed', signer: 'any', fields: [] }

/** HEAD runs the backend's GET (RFC 9110 section 9.3.2), so it is asked what GET is asked. */
function speaksOf(rule: RouteRule, method: string): boolean {
  return rule.methods?.includes(method === 'HEAD' ? 'GET' : method) ?? true
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

function covers(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return withoutSlash(pattern) === withoutSlash(path)
  const prefix = pattern.slice(0, -1)
  return path.startsWith(prefix) || path === prefix.slice(0, -1)
}

/**
 * The first rule that fits, or undefined: then {@link defaultRule} holds. `path` is a {@link Target.path}.
 * Throws `ambiguous_request` when another rule would fit if case made no difference: to many backends it makes none,
 * and `/Transfers` must not slip past the rule for `/transfers`.
 */
export function findRule<Rule extends RouteRule>(
  rules: readonly Rule[],
  method: string,
  path: string,
): Rule | undefined {
  const folded = path.toLowerCase()
  for (const rule of rules) {
    if (!speaksOf(rule, method)) continue
    if (covers(rule.path, path)) return rule
    if (covers(rule.path.toLowerCase(), folded)) throw new HoldfastError('ambiguous_request')
  }
  return undefined
}
