/** Where a request goes, decided by its path alone: nothing else a client sends selects a backend. */
import { findRule, type RouteRule } from '@holdfast/core'
import type { ApprovalForm, RequestHead, ServerRule } from '@holdfast/server'
import { allowedFields } from './request-fields.ts'
import type { Upstream } from './upstream.ts'

export type GatewayRoute = ServerRule & {
  /** Name of an upstream. */
  readonly upstream: string
  /** Further request fields let through, in lower case. */
  readonly forward: readonly string[]
  readonly timeoutMs?: number
}

export type Destination = {
  /** Pattern for log and metrics. */
  readonly pattern: string
  readonly upstream: Upstream
  readonly allowed: ReadonlySet<string>
  /** What the client signed beside the usual, in the route's order. */
  readonly routeFields: readonly string[]
  readonly timeoutMs: number
  /** The backend's answers are signed. */
  readonly signsAnswers: boolean
  /** What its user has to approve first; null: nothing. */
  readonly form: ApprovalForm | null
}

export type FindDestination = (head: RequestHead) => Destination

/** Throws TypeError for unknown upstreams and for fields that must not pass. The finder throws what findRule throws. */
export function createRouter(options: {
  readonly routes: readonly GatewayRoute[]
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly defaultUpstream: string
}): FindDestination {
  const { routes, upstreams, defaultUpstream } = options
  const rules = routes.map((route) =>
    ruleOf(route, destinationOf(upstreams, route.path, route.upstream, route)),
  )
  const rest = destinationOf(upstreams, '/*', defaultUpstream, {
    policy: 'signed',
    fields: [],
    forward: [],
  })
  return (head) => findRule(rules, head.method, head.target.path)?.destination ?? rest
}

function ruleOf(
  { path, methods, policy, signer, fields }: RouteRule,
  destination: Destination,
): RouteRule & { readonly destination: Destination } {
  const rule = { path, policy, signer, fields, destination }
  return methods === undefined ? rule : { ...rule, methods }
}

function destinationOf(
  upstreams: ReadonlyMap<string, Upstream>,
  pattern: string,
  name: string,
  route: Pick<GatewayRoute, 'policy' | 'fields' | 'forward' | 'timeoutMs' | 'answer' | 'approve'>,
): Destination {
  const upstream = upstreams.get(name)
  if (upstream === undefined) throw new TypeError(`there is no upstream ${JSON.stringify(name)}`)
  return {
    pattern,
    upstream,
    allowed: allowedFields(route.forward, route),
    routeFields: route.fields,
    timeoutMs: route.timeoutMs ?? upstream.timeoutMs,
    signsAnswers: route.answer === 'signed',
    form: route.approve ?? null,
  }
}
