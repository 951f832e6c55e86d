/**
 * The verified identity as the gateway hands it to a backend (docs/protocol.md 7): plain header fields and an RFC 9421
 * signature over them and the request, by the gateway's key or by a secret shared with that backend.
 */
import type { Fields } from './fields.ts'

/** The names of ours: stripped from every request that comes in, but for a reply key the sender signed. */
export const reservedPrefix = 'holdfast-'

export const forwardLabel = 'hf'
export const forwardTag = 'holdfast-forward'
export type ForwardAlgorithm = 'hmac-sha256' | 'ecdsa-p256-sha256'

export type ForwardedIdentity = {
  readonly user: string
  readonly device: string
  readonly session: string
  readonly acr: string
  /** Seconds since 1970 of the last factor. */
  readonly authTime: number
  /** Seconds since 1970 until which the device is new: what it may do should be little. Absent when that is over. */
  readonly coolingUntil?: number
}

/**
 * The fields that say who asks, and whom: `audience` is the name of the upstream, so that one backend cannot pass on to
 * another what it was sent. A user id may hold any text, so it travels percent-encoded. Throws TypeError when it is no
 * Unicode text, or the audience is empty or not visible ASCII.
 */
export function identityFields(
  identity: ForwardedIdentity,
  audience: string,
): ReadonlyArray<readonly [string, string]> {
  const { coolingUntil } = identity
  if (/\p{Surrogate}/u.test(identity.user)) throw new TypeError('the user id is not well-formed Unicode')
  if (!/^[!-~]+$/.test(audience)) throw new TypeError('the audience is empty or not visible ASCII')
  return [
    ['holdfast-user', encodeURIComponent(identity.user)],
    ['holdfast-device', identity.device],
    ['holdfast-session', identity.session],
    ['holdfast-acr', identity.acr],
    ['holdfast-auth-time', String(identity.authTime)],
    ...(coolingUntil === undefined ? [] : [['holdfast-cooling-until', String(coolingUntil)] as const]),
    ['holdfast-audience', audience],
  ]
}

/** When present, in this order; the route's fields follow. */
const covered = [
  'content-digest',
  'content-type',
  'holdfast-user',
  'holdfast-device',
  'holdfast-session',
  'holdfast-acr',
  'holdfast-auth-time',
  'holdfast-cooling-until',
  'holdfast-audience',
  'idempotency-key',
  'holdfast-approval',
  'holdfast-reply-key',
] as const

export type ForwardParameters = {
  /** Seconds since 1970. */
  readonly created: number
  /** 128 random bits, base64url. */
  readonly nonce: string
  readonly keyid: string
  readonly algorithm: ForwardAlgorithm
}

const quotable = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * The base to sign and the value of Signature-Input without its label. `fields` are those that go to the backend,
 * `routeFields` the names its route adds, in the route's order: those that are present are covered too, so a backend can
 * believe them. Throws TypeError on a `keyid` that would need quoting.
 */
export function forwardBase(
  message: { readonly method: string; readonly target: string; readonly fields: Fields },
  routeFields: readonly string[],
  parameters: ForwardParameters,
): { base: string; input: string } {
  if (!quotable.test(parameters.keyid)) throw new TypeError('keyid holds a quote, a backslash or no ASCII')
  let list = '"@method" "@request-target"'
  let base = `"@method": ${message.method}\n"@request-target": ${message.target}\n`
  for (const name of new Set([...covered, ...routeFields])) {
    const value = message.fields.get(name)
    if (value === undefined) continue
    list += ` "${name}"`
    base += `"${name}": ${value}\n`
  }
  const input = `(${list});created=${parameters.created};nonce="${parameters.nonce}";keyid="${parameters.keyid}";alg="${parameters.algorithm}";tag="${forwardTag}"`
  return { base: `${base}"@signature-params": ${input}`, input }
}
