/** Signing in: name and secret are tried at the admin API, and from then on only this process knows them. */
import type { Admin } from './admin.ts'
import type { Attempts } from './attempts.ts'
import type { Log } from './log.ts'
import { Refusal } from './refusal.ts'
import type { Session, Sessions } from './sessions.ts'

/** An operator's credentials as `holdfast operators add` prints them. */
type Credentials = { readonly name: string; readonly secret: string }

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const secretPattern = /^[\x21-\x7e]{1,200}$/

function parseCredentials(body: Uint8Array): Credentials {
  let given: unknown
  try {
    given = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    // Without its cause: that quotes what was sent.
    throw new Refusal('bad_request')
  }
  const { name, secret } = (given ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof secret !== 'string') throw new Refusal('bad_request')
  // What cannot be right is refused like what is wrong.
  if (!namePattern.test(name) || !secretPattern.test(secret)) throw new Refusal('sign_in_refused')
  return { name, secret }
}

export type SignInOptions = {
  readonly admin: Admin
  readonly attempts: Attempts
  readonly sessions: Sessions
  readonly log: Log
}

async function tryCredentials({ name, secret }: Credentials, options: SignInOptions): Promise<string> {
  const { admin, attempts } = options
  attempts.take(name)
  const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  const { status, retryAfter } = await admin({ method: 'GET', target: '/admin/operators', authorization })
  if (status === 401) throw new Refusal('sign_in_refused')
  if (status === 429) throw new Refusal('rate_limited', { retryAfter: Number(retryAfter) })
  if (status !== 200) throw new Refusal('gateway_unreachable')
  attempts.clear(name)
  return authorization
}

/** Rejects with `sign_in_refused`, `rate_limited`, `bad_request` or `gateway_unreachable`. */
export async function signIn(
  body: Uint8Array,
  options: SignInOptions,
): Promise<{ readonly id: string; readonly session: Session }> {
  try {
    const credentials = parseCredentials(body)
    const authorization = await tryCredentials(credentials, options)
    return options.sessions.open(credentials.name, authorization)
  } catch (error) {
    if (error instanceof Refusal) options.log({ event: 'sign_in_refused', code: error.code })
    throw error
  }
}
