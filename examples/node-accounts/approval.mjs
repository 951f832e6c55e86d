/**
 * Verifies again what a user approved, by the evidence a Holdfast gateway hands on (docs/protocol.md 9.6). Standard library only; copy it
 * into your backend, and keep the field and the statement with the transfer: both can be verified years later.
 *
 * Whose keys they are is the service's word. A backend that writes down the key of a device when it first sees it, and looks at
 * `key` below, need not believe that word a second time.
 */
import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto'

/** Nobody approved this request, or not as it stands here. */
export class NotApproved extends Error {}

const strength = ['presence', 'passcode']

/**
 * The token keys of a service: a map from `kid` to key. `statement`: what its `/.well-known/holdfast` answers; `pins`: the service keys
 * `holdfast keys` prints; `now`: seconds, or null when the evidence is old and so is the statement kept with it.
 */
export function tokenKeysOf(statement, { issuer, pins, now }) {
  const { header, payload, isSignedBy } = readJws(statement, 'hf-statement+jwt')
  if (header.jwk === undefined || !pins.includes(thumbprintOf(header.jwk)) || !isSignedBy(header.jwk))
    throw new NotApproved('the statement is not signed by a service key')
  if (payload.iss !== issuer || (now !== null && now >= payload.exp))
    throw new NotApproved('the statement is of another service, or too old')
  return new Map(payload.keys.map(({ kid, jwk }) => [kid, jwk]))
}

/**
 * `field`: Holdfast-Approval of a request whose identity was checked. `request`: `issuer`, `method`, `uri` (the public origin and path),
 * `user`, `body` (bytes), and for passkeys `origins` and `rpId`. `now`: seconds, or null for evidence that was kept.
 * Returns `approval`, `acr` and `key`, the name of the key that signed. Throws NotApproved.
 */
export function checkApproval(field, request, { tokenKeys, now }) {
  const evidence = attempt(() => JSON.parse(Buffer.from(field ?? '', 'base64url').toString()))
  const challenge = readJws(evidence.challenge, 'hf-challenge+jwt')
  const tokenKey = tokenKeys.get(challenge.header.kid)
  if (tokenKey === undefined || !challenge.isSignedBy(tokenKey))
    throw new NotApproved('the service did not ask for this')
  const asked = challenge.payload
  checkAsked(asked, request, now)
  // Of a passkey there is the signing input alone: what it signs is its digest.
  const isPasskey = evidence.kind === 'passkey'
  const said = readJws(isPasskey ? `${evidence.evidence}.` : evidence.evidence, 'hf-approval+jwt')
  const { acr } = said.payload
  const same =
    said.payload.iss === asked.iss &&
    said.payload.approval === asked.jti &&
    said.payload.shown === asked.shown &&
    said.payload.challenge === digest(evidence.challenge) &&
    strength.indexOf(acr) >= strength.indexOf(asked.acr)
  if (!same) throw new NotApproved('what was signed is not what was asked')
  if (isPasskey) {
    if (acr !== 'presence') throw new NotApproved('a passkey proves presence')
    return { approval: asked.jti, acr, key: checkPasskey(evidence, asked, request) }
  }
  const name = thumbprintOf(evidence.jwk)
  const expected = evidence.kind === 'passcode' ? asked.device_key : asked.presence_key
  const fits = (evidence.kind === 'passcode') === (acr === 'passcode') && said.header.kid === name
  if (name !== expected || !fits || !said.isSignedBy(evidence.jwk))
    throw new NotApproved('no key of this device signed it')
  return { approval: asked.jti, acr, key: name }
}

function checkAsked(asked, { issuer, method, uri, user, body }, now) {
  const same =
    asked.iss === issuer &&
    asked.method === method &&
    asked.uri === uri &&
    asked.sub === user &&
    asked.body === digest(body)
  if (!same) throw new NotApproved('another request was approved')
  // A held request is carried out later than its challenge ends: when, the service decides.
  if (now !== null && asked.iat > now + 60) throw new NotApproved('it is from the future')
}

/** WebAuthn Level 3 section 7.2, as far as evidence goes. */
function checkPasskey(
  { evidence, key, authenticator_data, client_data, signature },
  asked,
  { origins, rpId },
) {
  const [data, client, cose] = [authenticator_data, client_data, key].map((text) =>
    Buffer.from(text, 'base64url'),
  )
  const { type, challenge, origin, crossOrigin = false } = attempt(() => JSON.parse(client.toString()))
  const name = digest(cose)
  const right =
    name === asked.presence_key &&
    type === 'webauthn.get' &&
    challenge === digest(evidence) &&
    origins.includes(origin) &&
    crossOrigin === false &&
    data.length >= 37 &&
    timingSafeEqual(data.subarray(0, 32), createHash('sha256').update(rpId).digest()) &&
    // Bits 0 and 2: the user was there, and was verified.
    (data[32] & 0b101) === 0b101
  const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
  const publicKey = attempt(() => coseKey(cose))
  if (!right || !verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url')))
    throw new NotApproved('the passkey did not sign it')
  return name
}

/** ES256 and RS256 in the one encoding CTAP2 allows (canonical CBOR). */
function coseKey(cose) {
  const hex = cose.toString('hex')
  const es256 = /^a5010203262001215820([0-9a-f]{64})225820([0-9a-f]{64})$/.exec(hex)
  const rs256 = /^a401030339010020590([12])00([0-9a-f]+)2143([0-9a-f]{6})$/.exec(hex)
  const text = (part) => Buffer.from(part, 'hex').toString('base64url')
  if (es256 !== null) return jwkOf({ kty: 'EC', crv: 'P-256', x: text(es256[1]), y: text(es256[2]) })
  if (rs256 === null || rs256[2].length !== Number(rs256[1]) * 512) throw new TypeError('not a key of ours')
  return jwkOf({ kty: 'RSA', n: text(rs256[2]), e: text(rs256[3]) })
}

function jwkOf(jwk) {
  return createPublicKey({ key: jwk, format: 'jwk' })
}

/** A compact JWS of one type, signed with ES256; nobody is believed yet. */
function readJws(text, type) {
  const parts = String(text).split('.')
  const [header, payload] = parts
    .slice(0, 2)
    .map((part) => attempt(() => JSON.parse(Buffer.from(part, 'base64url').toString())))
  if (parts.length !== 3 || header?.alg !== 'ES256' || header.typ !== type || payload === undefined)
    throw new NotApproved(`not a ${type}`)
  const signed = Buffer.from(parts.slice(0, 2).join('.'))
  const signature = Buffer.from(parts[2], 'base64url')
  return {
    header,
    payload,
    isSignedBy: (jwk) =>
      attempt(() => verify('sha256', signed, { key: jwkOf(jwk), dsaEncoding: 'ieee-p1363' }, signature)),
  }
}

/** RFC 7638, of a P-256 key. */
function thumbprintOf({ crv, kty, x, y }) {
  return digest(JSON.stringify({ crv, kty, x, y }))
}

function digest(data) {
  return createHash('sha256').update(data).digest('base64url')
}

/** Whatever is wrong with its form: nobody approved that. */
function attempt(read) {
  try {
    return read()
  } catch {
    throw new NotApproved('the evidence cannot be read')
  }
}
