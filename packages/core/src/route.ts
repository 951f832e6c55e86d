/** What each path demands. Client and server read the same rules, so the client signs what the server will ask for. */

export type RoutePolicy = 'open' | 'signed'
/** Which key must sign: `any` takes the session key or the device key. */
export type RouteSigner = 'any' | 'device'

export type RouteRule = {
  /** `/exact/path` or `/prefix/*`; a trailing slash of the request makes no difference to an exact path. */
  readonly path: string
  /** Methods the rule speaks of; absent means all. */
  readonly methods?: readonly string[]
  readonly policy: RoutePolicy
  readonly signer: RouteSigner
  /** Names of further fields the signature covers when present, in this order. */
  readonly fields: readonly string[]
}

/** Everything no rule names. */
export const defaultRule: RouteRule = { path: '/*', policy: 'signed', signer: 'any', fields: [] }

function matches(rule: RouteRule, method: string, path: string): boolean {
  if (rule.methods !== undefined && !rule.methods.includes(method)) return false
  if (!rule.path.endsWith('/*')) return path === rule.path || (path.length > 1 && path === `${rule.path}/`)
  const prefix = rule.path.slice(0, -1)
  return path.startsWith(prefix) || path === prefix.slice(0, -1)
}

/** The first rule that fits, else the default: `signed`. */
export function findRule<Rule extends RouteRule>(
  rules: readonly Rule[],
  method: string,
  path: string,
): Rule | undefined {
  for (const rule of rules) if (matches(rule, method, path)) return rule
  return undefined
}
