/** Calls of the console's own server. Whatever is refused rejects with {@link Refused}. */
import type { SessionView } from '../../server/api.ts'

export type { SessionView }
export type Method = 'GET' | 'POST' | 'DELETE'

/** The server's or the gateway's no; `network` when nobody answered. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Of a call without a session: signing in. */
export const noToken = 'none'
export const tokenField = 'console-token'

async function codeOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null
  return typeof problem?.code === 'string' ? problem.code : 'internal_error'
}

/** The JSON of the answer. The cookie goes along by itself. */
export async function call<Answer>(
  token: string,
  method: Method,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const headers = { ...content.headers, [tokenField]: token }
  const answer = await fetch(`/api${path}`, { ...content, method, headers }).catch(() => {
    throw new Refused('network')
  })
  if (!answer.ok) throw new Refused(await codeOf(answer))
  return (await answer.json()) as Answer
}
