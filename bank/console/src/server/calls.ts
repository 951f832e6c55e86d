/** What a signed-in operator's page may ask the gateway: this list, and nothing else the admin API has. */
import type { AdminMethod, AdminQuestion } from './admin.ts'
import { Refusal } from './refusal.ts'

type Call = {
  readonly method: AdminMethod
  /** Under /api in the console and under /admin in the gateway. */
  readonly path: RegExp
  /** Names that may stand in the query, each once. */
  readonly query?: readonly string[]
}

const calls: readonly Call[] = [
  { method: 'POST', path: /^\/activations$/ },
  { method: 'GET', path: /^\/devices$/, query: ['user', 'limit', 'before'] },
  { method: 'POST', path: /^\/devices\/[A-Za-z0-9_-]{16,128}\/(?:revoke|wipe)$/ },
  { method: 'GET', path: /^\/holds$/, query: ['state'] },
  { method: 'POST', path: /^\/holds\/[A-Za-z0-9_-]{1,128}\/(?:release|refuse)$/ },
  { method: 'GET', path: /^\/audit$/, query: ['limit', 'after'] },
  { method: 'GET', path: /^\/operators$/ },
  { method: 'POST', path: /^\/operators$/ },
  { method: 'DELETE', path: /^\/operators\/[A-Za-z0-9._-]{1,64}$/ },
]

/** Written anew from what was parsed: the gateway gets nothing else of what the page sent. */
function queryOf(search: URLSearchParams, names: readonly string[]): string {
  const pairs = [...search]
  const distinct = new Set(pairs.map(([name]) => name))
  if (distinct.size !== pairs.length || [...distinct].some((name) => !names.includes(name)))
    throw new Refusal('bad_request')
  const query = new URLSearchParams(pairs).toString()
  return query === '' ? '' : `?${query}`
}

/** Throws `not_found` or `method_refused` for what is not on the list. `path` begins after /api. */
export function adminTarget(
  method: string,
  path: string,
  search: URLSearchParams,
): Pick<AdminQuestion, 'method' | 'target'> {
  const here = calls.filter((call) => call.path.test(path))
  if (here.length === 0) throw new Refusal('not_found')
  const call = here.find((one) => one.method === method)
  if (call === undefined) throw new Refusal('method_refused')
  return { method: call.method, target: `/admin${path}${queryOf(search, call.query ?? [])}` }
}
