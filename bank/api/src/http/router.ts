import { type Answer, problem } from './answer.ts'
import type { Route } from './route.ts'

/** Where a request goes, or the answer to one that goes nowhere. `pattern` is for the log. */
export type Found =
  | { readonly route: Route; readonly id: string; readonly pattern: string }
  | { readonly route: null; readonly refusal: Answer; readonly pattern: string }

const idForm = '([A-Za-z0-9_-]{1,64})'

/**
 * An address names its routes letter by letter: no case, no encoding, no slash too many makes a second name. Where two patterns fit, the
 * first one counts.
 */
export function router(routes: readonly Route[]): (method: string, path: string) => Found {
  const patterns = [...new Set(routes.map(({ pattern }) => pattern))]
  const addresses = patterns.map((pattern) => ({
    pattern,
    form: new RegExp(`^${pattern.replace('{id}', idForm)}$`),
    alike: routes.filter((route) => route.pattern === pattern),
  }))
  return (method, path) => {
    for (const { pattern, form, alike } of addresses) {
      const found = form.exec(path)
      if (found === null) continue
      const route = alike.find((candidate) => candidate.method === method)
      if (route !== undefined) return { route, pattern, id: found[1] ?? '' }
      const allow = alike.map((other) => other.method).join(', ')
      return { route: null, pattern, refusal: problem('method_not_allowed', allow) }
    }
    return { route: null, pattern: '', refusal: problem('not_found') }
  }
}
