/**
 * Checks the identity a Holdfast gateway forwards (docs/protocol.md 7). Standard library only; copy it into your backend.
 *
 * The gateway signs method, target, body digest, the Holdfast-* fields and those its route names, with hmac-sha256 in the
 * form of RFC 9421. A backend believes them only when the signature is right, made for it, young, and not seen before.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const windowSeconds = 60
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
]
// The whole field in its one canonical form; nothing else is read.
const inputForm =
  /^hf=(\("@method" "@request-target"((?: "[!#$%&'*+.^`|~0-9a-z-]+")*)\);created=(\d{1,10});nonce="([A-Za-z0-9_-]{22})";keyid="([A-Za-z0-9._-]{1,64})";alg="hmac-sha256";tag="holdfast-forward")$/
const signatureForm = /^hf=:([A-Za-z0-9+/]{43}=):$/

/** The request does not come from the gateway, or not as it was sent. */
export class Refused extends Error {}

/**
 * Makes the check of one backend. `name`: its name in the gateway's configuration; `secret`: bytes, at least 32.
 * `believed`: further fields the backend believes, in lower case, as in `fields` of the gateway's routes. Where one is
 * present it must be signed, or somebody added it on the way.
 * The check takes a request of node:http, its whole body and the time in seconds; it returns the user who asks, or throws Refused.
 */
export function identityChecker(name, secret, believed = []) {
  if (secret.length < 32) throw new TypeError('the secret must have at least 32 bytes')
  const checkFresh = freshness()
  return function check({ method, url, headersDistinct }, body, now) {
    const found = inputForm.exec(only(headersDistinct, 'signature-input') ?? '')
    const sent = signatureForm.exec(only(headersDistinct, 'signature') ?? '')
    if (found === null || sent === null) throw new Refused('the request is not signed by the gateway')
    const [, parameters, listed, created, nonce, keyid] = found
    const names = listed.match(/[^" ]+/g) ?? []
    const all = [...covered, ...believed, ...names]
    const fields = new Map(all.map((field) => [field, only(headersDistinct, field)]))
    if (keyid !== name || !covers(names, fields, believed))
      throw new Refused('the signature does not cover this request')
    const base = [
      `"@method": ${method}`,
      `"@request-target": ${url}`,
      ...names.map((field) => `"${field}": ${fields.get(field)}`),
      `"@signature-params": ${parameters}`,
    ].join('\n')
    const expected = createHmac('sha256', secret).update(base, 'latin1').digest()
    if (!timingSafeEqual(expected, Buffer.from(sent[1], 'base64')))
      throw new Refused('the signature is wrong')
    if (fields.get('holdfast-audience') !== name)
      throw new Refused('the request was signed for another backend')
    const digest = createHash('sha256').update(body).digest('base64')
    if (fields.get('content-digest') !== `sha-256=:${digest}:`)
      throw new Refused('the body is not the one that was signed')
    checkFresh(Number(created), nonce, now)
    const user = fields.get('holdfast-user')
    if (user === undefined) throw new Refused('nobody is named')
    return decodeURIComponent(user)
  }
}

/** First the usual fields that are present, all of them and in order; then those of the route. */
function covers(names, fields, believed) {
  const present = (field) => fields.get(field) !== undefined
  const usual = covered.filter(present)
  return (
    usual.every((field, i) => names[i] === field) &&
    new Set(names).size === names.length &&
    names.slice(usual.length).every((field) => present(field) && !field.startsWith('holdfast-')) &&
    believed.filter(present).every((field) => names.includes(field))
  )
}

function freshness() {
  // Two generations: a nonce is kept for at least twice the window, and memory stays bounded.
  let seen = new Set()
  let seenBefore = new Set()
  let seenSince = 0
  return function checkFresh(created, nonce, now) {
    if (Math.abs(now - created) > windowSeconds) throw new Refused('the signature is too old')
    if (now - seenSince > 2 * windowSeconds) [seenBefore, seen, seenSince] = [seen, new Set(), now]
    if (seen.has(nonce) || seenBefore.has(nonce)) throw new Refused('the signature was used before')
    seen.add(nonce)
  }
}

/** The one value of a field, or undefined. A field that comes twice has no one meaning. */
function only(headers, name) {
  const values = headers[name] ?? []
  if (values.length > 1) throw new Refused('a field came twice')
  return values[0]
}
