/** Cases of docs/protocol.md 7: what a backend rebuilds and checks. */
import { createHmac } from 'node:crypto'
import { forwardSecret, nonceOf, publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const digest = ['Content-Digest', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:']
/** The name of the backend that checks. */
const audience = 'accounts'
const identity = [
  ['Holdfast-User', 'bob%40bank.example'],
  ['Holdfast-Device', 'device-0123456789'],
  ['Holdfast-Session', 'family-0123456789'],
  ['Holdfast-Acr', 'device'],
  ['Holdfast-Auth-Time', '1790000000'],
  ['Holdfast-Audience', audience],
]
const coolingUntil = (value) => ['Holdfast-Cooling-Until', value]
const read = { method: 'GET', target: '/accounts?x=1', fields: [digest, ...identity] }
const write = {
  method: 'POST',
  target: '/transfers',
  fields: [['Content-Type', 'text/plain'], ...read.fields, ['Idempotency-Key', 'transfer-0123456789']],
}
const noted = {
  ...write,
  fields: [...write.fields, ['Accept', '*/*'], ['X-Purpose', 'rent'], ['X-Note', '']],
  routeFields: ['x-note', 'x-absent', 'x-purpose'],
}
const replyKey = (first) => ['Holdfast-Reply-Key', `${first}${'A'.repeat(42)}`]
const cooling = { ...read, fields: [...read.fields, coolingUntil('1790086400')] }
const secret = { ...read, fields: [...read.fields, replyKey('B')] }
const order = [
  'content-digest',
  'content-type',
  ...identity.slice(0, -1).map(([name]) => name.toLowerCase()),
  'holdfast-cooling-until',
  'holdfast-audience',
  'idempotency-key',
  'holdfast-reply-key',
]

function forward(name, { routeFields = [], ...message }, algorithm, sign) {
  const values = new Map(message.fields.map(([field, value]) => [field.toLowerCase(), value]))
  const present = [...order, ...routeFields].filter((field) => values.has(field))
  const keyid = algorithm === 'hmac-sha256' ? audience : thumbprint(testKeys.forward)
  const list = ['@method', '@request-target', ...present].map((field) => `"${field}"`).join(' ')
  const parameters = { created: 1_790_000_000, nonce: nonceOf(name), keyid, algorithm }
  const input = `(${list});created=1790000000;nonce="${parameters.nonce}";keyid="${keyid}";alg="${algorithm}";tag="holdfast-forward"`
  const lines = present.map((field) => `"${field}": ${values.get(field)}\n`).join('')
  const base = `"@method": ${message.method}\n"@request-target": ${message.target}\n${lines}"@signature-params": ${input}`
  const hmac = () => createHmac('sha256', forwardSecret).update(base).digest()
  const signature = (algorithm === 'hmac-sha256' ? hmac() : sign(name, testKeys.forward, base)).toString(
    'base64',
  )
  const signed = { signature_input: `hf=${input}`, signature: `hf=:${signature}:` }
  return { name, message, routeFields, parameters, base, ...signed }
}

const field = (name, value) => (message) => {
  return { ...message, fields: message.fields.map((pair) => (pair[0] === name ? [name, value] : pair)) }
}
const dropped = (name) => (message) => {
  return { ...message, fields: message.fields.filter(([known]) => known !== name) }
}
const added = (name, value) => (message) => ({ ...message, fields: [...message.fields, [name, value]] })
const tampered = [
  ['another user', read, field('Holdfast-User', 'eve')],
  ['another audience', read, field('Holdfast-Audience', 'orders')],
  ['another session', read, field('Holdfast-Session', 'family-9876543210')],
  ['another digest', read, field('Content-Digest', 'sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:')],
  ['another method', read, (message) => ({ ...message, method: 'DELETE' })],
  ['another target', read, (message) => ({ ...message, target: '/accounts?x=2' })],
  ['a field taken away', read, dropped('Holdfast-Auth-Time')],
  ['a field added', read, added('Idempotency-Key', 'a'.repeat(16))],
  ['another content type', write, field('Content-Type', 'application/json')],
  ['a content type added', read, added('Content-Type', 'text/plain')],
  ['another field of the route', noted, field('X-Purpose', 'gift')],
  ['a field of the route taken away', noted, dropped('X-Note')],
  ['another end of cooling', cooling, field(...coolingUntil('1790000000'))],
  ['the end of cooling taken away', cooling, dropped('Holdfast-Cooling-Until')],
  ['an end of cooling added', read, added(...coolingUntil('1790086400'))],
  ['another reply key', secret, field(...replyKey('C'))],
  ['a reply key added', read, added(...replyKey('C'))],
  ['a field of the route added', noted, added('X-Absent', 'gift')],
]
/** Signed by the gateway and as it signed them, but not for this backend: what one backend could pass on to another. */
const misdirected = [
  [
    'signed for another backend',
    field('Holdfast-Audience', 'orders')(read),
    'The signature is right. The backend "accounts" must refuse it all the same: it was made for "orders".',
  ],
  [
    'signed for nobody',
    dropped('Holdfast-Audience')(read),
    'The signature is right. A backend must refuse it all the same: an absent audience is not its name.',
  ],
]

function casesOf(algorithm, sign) {
  const named = (name) => `${algorithm}: ${name}`
  const good = [
    ['a read', read],
    ['a write', write],
    ['a write with fields of its route', noted],
    ['a read with a reply key', secret],
    ['a read by a device that is cooling', cooling],
  ].map(([name, message]) => Object.assign(forward(named(name), message, algorithm, sign), { expect: 'ok' }))
  const bad = tampered.map(([name, message, way]) => {
    const made = forward(named(name), message, algorithm, sign)
    return Object.assign(made, { message: way(made.message), expect: 'signature_invalid' })
  })
  const foreign = misdirected.map(([name, message, description]) => {
    const made = forward(named(name), message, algorithm, sign)
    return Object.assign(made, { description, expect: 'signature_invalid' })
  })
  return [...good, ...bad, ...foreign]
}

export function forwardVectors(existing) {
  const sign = signerFor(existing)
  return {
    description:
      'The identity the gateway hands to a backend called `audience`; `base` is what the gateway signed.',
    source: ['docs/protocol.md 7', 'RFC 9421'],
    audience,
    secret: forwardSecret.toString('hex'),
    keys: { [thumbprint(testKeys.forward)]: publicJwk(testKeys.forward) },
    cases: [...casesOf('hmac-sha256', sign), ...casesOf('ecdsa-p256-sha256', sign)],
  }
}
