/** Calls from web pages of other origins (Fetch standard, CORS protocol; docs/protocol.md 3.10). No credentials, so no cookies, ever. */
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { always, type OwnAnswer } from './http.ts'

export interface Cors {
  /** The listed origin a request comes from; null for any other, and for none. */
  originOf(head: RequestHead): string | null
  /**
   * The whole answer to a preflight from a listed origin, without its own {@link corsFields}. Null for everything else, which is judged
   * as ever: a preflight is made by a browser, which puts no signature and no token into it.
   */
  preflight(head: RequestHead): OwnAnswer | null
}

const maxAgeSeconds = '600'

/** `*` leaves out Authorization, which has to be named (Fetch standard, CORS protocol and credentials). */
const preflightFields = [
  ...always,
  ['access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
  ['access-control-allow-headers', 'authorization, *'],
  ['access-control-max-age', maxAgeSeconds],
] as const

export function createCors({ web }: Pick<Deployment, 'web'>): Cors {
  const origins: ReadonlySet<string> = new Set(web?.origins)

  function originOf({ fields }: RequestHead): string | null {
    const origin = fields.get('origin')
    return origin !== undefined && origins.has(origin) ? origin : null
  }

  return {
    originOf,
    preflight(head: RequestHead): OwnAnswer | null {
      const { method, fields } = head
      const asks = method === 'OPTIONS' && fields.has('access-control-request-method')
      const speaksForSomebody = fields.has('signature') || fields.has('authorization')
      if (!asks || speaksForSomebody || originOf(head) === null) return null
      return { status: 204, fields: preflightFields, body: new Uint8Array(0) }
    },
  }
}

/** On every answer to that origin, refusals too: its page may read it. */
function corsFields(origin: string): ReadonlyArray<readonly [string, string]> {
  return [
    ['access-control-allow-origin', origin],
    ['access-control-expose-headers', '*'],
    ['vary', 'Origin'],
  ]
}

/** What a backend may not say beside {@link corsFields}: two origins in one answer are none, and credentials are never allowed. */
const replaced: ReadonlySet<string> = new Set([
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
])

/** The fields of an answer as the page of `origin` gets them. */
export function withCors(
  fields: ReadonlyArray<readonly [string, string]>,
  origin: string,
): ReadonlyArray<readonly [string, string]> {
  return [...fields.filter(([name]) => !replaced.has(name.toLowerCase())), ...corsFields(origin)]
}
