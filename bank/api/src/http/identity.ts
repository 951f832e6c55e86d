/**
 * Who is asking, on the gateway's word (docs/protocol.md 7): it signs method, target, the digest of the body and what it says of the
 * user with hmac-sha256, in the form of RFC 9421. Believed when the signature is right, made for this bank, young, and not seen before.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'

export type Asking = {
  readonly user: string
  readonly idempotencyKey: string | undefined
  readonly replyKey: string | undefined
  /** Evidence of what the customer approved. */
  readonly approval: string | undefined
}

export type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headersDistinct'>

/** `now`: seconds since 1970. Throws `identity_refused`, for every reason alike. */
export type IdentityCheck = (request: Signed, body: Uint8Array, now: number) => Asking

/** In this order, those that are present. What is present and not covered was added behind the gateway. */
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

const windowSeconds = 60
const leastSecretLength = 32
/** The whole field in its one canonical form; nothing else is read. */
const inputForm =
  /^hf=(\("@method" "@request-target"((?: "[!#$%&'*+.^`|~0-9a-z-]+")*)\);created=(\d{1,10});nonce="([A-Za-z0-9_-]{22})";keyid="([A-Za-z0-9._-]{1,64})";alg="hmac-sha256";tag="holdfast-forward")$/
const signatureForm = /^hf=:([A-Za-z0-9+/]{43}=):$/

type Fields = ReadonlyMap<string, string>

/** `name`: the upstream's name in the gateway's configuration. Throws TypeError when the secret is short. */
export function identityCheck(name: string, secret: Uint8Array): IdentityCheck {
  if (secret.length < leastSecretLength)
    throw new TypeError(`the secret must have at least ${leastSecretLength} bytes`)
  const isFresh = freshness()
  return (request, body, now) => {
    const { fields, created, nonce } = verified(request, name, secret)
    const digest = createHash('sha256').update(body).digest('base64')
    const intact = fields.get('content-digest') === `sha-256=:${digest}:`
    const meant = fields.get('holdfast-audience') === name
    if (!intact || !meant || !isFresh(created, nonce, now)) throw new Refusal('identity_refused')
    return {
      user: decoded(fields.get('holdfast-user')),
      idempotencyKey: fields.get('idempotency-key'),
      replyKey: fields.get('holdfast-reply-key'),
      approval: fields.get('holdfast-approval'),
    }
  }
}

/** What the signature covers, once it is right. */
function verified({ method, url, headersDistinct }: Signed, name: string, secret: Uint8Array) {
  const found = inputForm.exec(only(headersDistinct, 'signature-input') ?? '')
  const sent = signatureForm.exec(only(headersDistinct, 'signature') ?? '')
  const [, parameters = '', listed = '', created = '', nonce = '', keyid = ''] = found ?? []
  const names = listed.match(/[^" ]+/g) ?? []
  const fields = fieldsOf(headersDistinct, names)
  if (found === null || sent === null || keyid !== name || !covers(names, fields))
    throw new Refusal('identity_refused')
  const base = [
    `"@method": ${method}`,
    `"@request-target": ${url}`,
    ...names.map((field) => `"${field}": ${fields.get(field)}`),
    `"@signature-params": ${parameters}`,
  ].join('\n')
  const expected = createHmac('sha256', secret).update(base, 'latin1').digest()
  if (!timingSafeEqual(expected, Buffer.from(sent[1] ?? '', 'base64'))) throw new Refusal('identity_refused')
  return { fields, created: Number(created), nonce }
}

function fieldsOf(headers: Signed['headersDistinct'], listed: readonly string[]): Fields {
  const values = [...covered, ...listed].map((field) => [field, only(headers, field)] as const)
  return new Map(values.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** A field that comes twice has no one meaning. */
function only(headers: Signed['headersDistinct'], name: string): string | undefined {
  const values = headers[name] ?? []
  if (values.length > 1) throw new Refusal('identity_refused')
  return values[0]
}

/** First the usual fields, all that are present and in order; then those of the route, none of which is the gateway's own. */
function covers(names: readonly string[], fields: Fields): boolean {
  const usual = covered.filter((field) => fields.has(field))
  return (
    usual.every((field, i) => names[i] === field) &&
    new Set(names).size === names.length &&
    names.slice(usual.length).every((field) => fields.has(field) && !field.startsWith('holdfast-'))
  )
}

function decoded(user: string | undefined): string {
  try {
    return decodeURIComponent(user ?? '%')
  } catch {
    throw new Refusal('identity_refused')
  }
}

/** Whether a nonce is young and new. Two generations: it is remembered for twice the window at least, and memory stays bounded. */
function freshness(): (created: number, nonce: string, now: number) => boolean {
  let seen = new Set<string>()
  let before = new Set<string>()
  let since = 0
  return (created, nonce, now) => {
    if (Math.abs(now - created) > windowSeconds) return false
    if (now - since > 2 * windowSeconds) [before, seen, since] = [seen, new Set(), now]
    if (seen.has(nonce) || before.has(nonce)) return false
    seen.add(nonce)
    return true
  }
}
