/** Cases of docs/protocol.md 3: each has one fault at most. The base is written out here, not by the code under test. */
import { createHash } from 'node:crypto'
import { nonceOf, publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'

const origin = 'https://api.bank.example'
const now = 1_790_000_000

const digestOf = (body) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
const token = ['Authorization', 'Holdfast test.access.token']
const json = ['Content-Type', 'application/json']
const idempotencyKey = ['Idempotency-Key', 'transfer-0123456789']
const body = '{"to":"12345","amount":"10.00"}'

const read = { method: 'GET', target: '/accounts', fields: [['Host', 'api.bank.example'], token], body: '' }
const write = {
  method: 'POST',
  target: '/accounts/12/transfers?draft=1',
  fields: [['Host', 'api.bank.example'], json, token, idempotencyKey],
  body,
}

/** What a sender does that knows nothing but the profile; `changes` are the mistakes it makes before it signs. */
function send(name, request, sign, changes = {}) {
  const { key = 'session', created = now, routeFields = [], parameters, components, base } = changes
  const fields = [...request.fields, ['Content-Digest', changes.digest ?? digestOf(request.body)]]
  const values = new Map(fields.map(([field, value]) => [field.toLowerCase(), value]))
  const wanted = ['authorization', 'content-type', 'idempotency-key', 'holdfast-approval', ...routeFields]
  const covered = components ?? [
    '@method',
    '@target-uri',
    'content-digest',
    ...wanted.filter((field) => values.has(field)),
  ]
  const usual =
    `;created=${created};nonce="${nonceOf(name)}";keyid="${thumbprint(testKeys[key])}"` +
    `;alg="ecdsa-p256-sha256";tag="holdfast"`
  const input = `(${covered.map((field) => `"${field}"`).join(' ')})${parameters?.(usual) ?? usual}`
  values.set('@method', request.method).set('@target-uri', origin + request.target)
  const lines = covered.map((field) => `"${field}": ${values.get(field) ?? ''}\n`).join('')
  const text = base ?? `${lines}"@signature-params": ${input}`
  const signature = sign(name, testKeys[key], text).toString('base64')
  const signed = [
    ['Signature-Input', `hf=${input}`],
    ['Signature', `hf=:${signature}:`],
  ]
  return {
    name,
    request: { ...request, fields: [...fields, ...signed] },
    signer: changes.signer ?? key,
    routeFields,
    base: text,
  }
}

const replaceIn = (field, edit) => (made) => {
  const fields = made.request.fields.map(([name, value]) => [name, name === field ? edit(value) : value])
  return { ...made, request: { ...made.request, fields } }
}
const without = (field) => (made) => {
  return {
    ...made,
    request: { ...made.request, fields: made.request.fields.filter(([name]) => name !== field) },
  }
}
const plus =
  (...added) =>
  (made) => ({ ...made, request: { ...made.request, fields: [...made.request.fields, ...added] } })
const change = (part) => (made) => ({ ...made, request: { ...made.request, ...part } })

const others = {
  input: ', sig1=("@authority");created=1790000000;keyid="edge";alg="ed25519";tag="edge"',
  signature: ', sig1=:AAAA:',
}
const beside = (made) =>
  replaceIn(
    'Signature',
    (value) => value + others.signature,
  )(replaceIn('Signature-Input', (value) => value + others.input)(made))

/** name, request, expected, what the sender does, what happens on the way. */
const table = [
  ['a read', read, 'ok'],
  ['a write', write, 'ok'],
  ['a read signed by the device key', read, 'ok', { key: 'device' }],
  [
    'a delete without content type',
    { ...read, method: 'DELETE', fields: [...read.fields, idempotencyKey] },
    'ok',
  ],
  ['an empty query', { ...read, target: '/accounts?' }, 'ok'],
  ['encoded target, as sent', { ...read, target: '/gr%C3%BC%c3%9fe/a%40b?q=%41%2f+%20' }, 'ok'],
  [
    'a field the route asks for',
    { ...write, fields: [...write.fields, ['X-Amount', '10.00']] },
    'ok',
    { routeFields: ['x-amount', 'x-absent'] },
  ],
  ['an approval', { ...write, fields: [...write.fields, ['Holdfast-Approval', 'a.b.c']] }, 'ok'],
  ['a field nobody covers', { ...read, fields: [...read.fields, ['X-Trace', '1'], ['X-Trace', '2']] }, 'ok'],
  ['another signature beside it', read, 'ok', {}, beside],
  [
    'another signature before it',
    read,
    'ok',
    {},
    (made) =>
      replaceIn(
        'Signature-Input',
        (value) => `${others.input.slice(2)}, ${value}`,
      )(replaceIn('Signature', (value) => `${others.signature.slice(2)}, ${value}`)(made)),
  ],
  ['white space around values', read, 'ok', {}, replaceIn('Authorization', (value) => ` \t${value} `)],
  ['60 seconds old', read, 'ok', { created: now - 60 }],
  ['61 seconds old', read, 'signature_expired', { created: now - 61 }],
  ['5 seconds ahead', read, 'ok', { created: now + 5 }],
  ['6 seconds ahead', read, 'signature_expired', { created: now + 6 }],
  ['no Signature', read, 'signature_missing', {}, without('Signature')],
  ['no Signature-Input', read, 'signature_missing', {}, without('Signature-Input')],
  [
    'another label',
    read,
    'signature_invalid',
    {},
    (made) =>
      replaceIn('Signature', (value) => value.replace('hf=', 'sig1='))(
        replaceIn('Signature-Input', (value) => value.replace('hf=', 'sig1='))(made),
      ),
  ],
  [
    'a second signature with our tag',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => `${value}, sig1=${value.slice(3)}`),
  ],
  [
    'our label twice',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => `${value}, ${value}`),
  ],
  [
    'a member without space before it',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value + others.input.replace(', ', ',')),
  ],
  [
    'a space more than canonical',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('" "', '"  "')),
  ],
  [
    'fewer components: no digest',
    read,
    'signature_invalid',
    { components: ['@method', '@target-uri', 'authorization'] },
  ],
  [
    'fewer components: no token',
    read,
    'signature_invalid',
    { components: ['@method', '@target-uri', 'content-digest'] },
  ],
  ['fewer components: none', read, 'signature_invalid', { components: [] }],
  [
    'fewer components: not what the route asks for',
    { ...write, fields: [...write.fields, ['X-Amount', '10.00']] },
    'signature_invalid',
    {
      components: [
        '@method',
        '@target-uri',
        'content-digest',
        'authorization',
        'content-type',
        'idempotency-key',
      ],
      routeFields: ['x-amount'],
    },
  ],
  [
    'more components',
    { ...read, fields: [...read.fields, ['X-Trace', '1']] },
    'signature_invalid',
    { components: ['@method', '@target-uri', 'content-digest', 'authorization', 'x-trace'] },
  ],
  [
    'a component twice',
    read,
    'signature_invalid',
    { components: ['@method', '@method', '@target-uri', 'content-digest', 'authorization'] },
  ],
  [
    'components in another order',
    read,
    'signature_invalid',
    { components: ['@target-uri', '@method', 'content-digest', 'authorization'] },
  ],
  [
    'a component with ;sf',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('"content-digest"', '"content-digest";sf')),
  ],
  [
    'a component with ;bs',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('"content-digest"', '"content-digest";bs')),
  ],
  [
    'a component with ;req',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('"@method"', '"@method";req')),
  ],
  [
    'parameters in another order',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace(/(;created=\d+)(;nonce="[^"]+")/, '$2$1') },
  ],
  ['an unknown parameter', read, 'signature_invalid', { parameters: (usual) => `${usual};x=1` }],
  [
    'expires',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace(';nonce', ';expires=1790000060;nonce') },
  ],
  ['no nonce', read, 'signature_invalid', { parameters: (usual) => usual.replace(/;nonce="[^"]+"/, '') }],
  [
    'a nonce of other length',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('nonce="', 'nonce="A') },
  ],
  [
    'created with a leading zero',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('created=', 'created=0') },
  ],
  [
    'alg of another kind',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('ecdsa-p256-sha256', 'hmac-sha256') },
  ],
  [
    'another tag',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('"holdfast"', '"holdfast-answer"') },
  ],
  ['a key nobody knows', read, 'signature_invalid', { key: 'stranger', signer: 'session' }],
  [
    'another key under our name',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) =>
      value.replace(thumbprint(testKeys.session), thumbprint(testKeys.device)),
    ),
  ],
  ['another method', write, 'signature_invalid', {}, change({ method: 'PUT' })],
  ['another target', read, 'signature_invalid', {}, change({ target: '/accounts/13' })],
  ['another query', write, 'signature_invalid', {}, change({ target: '/accounts/12/transfers?draft=0' })],
  [
    'hexadecimal digits in another case',
    { ...read, target: '/%C3%9F' },
    'signature_invalid',
    {},
    change({ target: '/%c3%9f' }),
  ],
  ['an empty query added', read, 'signature_invalid', {}, change({ target: '/accounts?' })],
  [
    'another token',
    read,
    'signature_invalid',
    {},
    replaceIn('Authorization', () => 'Holdfast other.access.token'),
  ],
  [
    'another Idempotency-Key',
    write,
    'signature_invalid',
    {},
    replaceIn('Idempotency-Key', () => 'transfer-9876543210'),
  ],
  ['a content type added', read, 'signature_invalid', {}, plus(json)],
  [
    'another time in the parameters',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace(`${now}`, `${now + 1}`)),
  ],
  [
    'zeros for a signature',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature', () => `hf=:${'A'.repeat(86)}==:`),
  ],
  [
    'a signature without padding',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature', (value) => value.replace('==', '')),
  ],
  [
    'a signature in DER',
    read,
    'signature_invalid',
    {},
    replaceIn(
      'Signature',
      () =>
        `hf=:${Buffer.from(`3044022001${'11'.repeat(31)}022001${'22'.repeat(31)}`, 'hex').toString('base64')}:`,
    ),
  ],
  ['another body', write, 'digest_mismatch', {}, change({ body: body.replace('10.00', '99.00') })],
  ['the digest of another body', write, 'digest_mismatch', { digest: digestOf('') }],
  [
    'a digest by another algorithm',
    write,
    'digest_mismatch',
    { digest: `sha-512=:${createHash('sha512').update(body).digest('base64')}:` },
  ],
  [
    'two digests',
    write,
    'digest_mismatch',
    { digest: `${digestOf(body)}, sha-512=:${createHash('sha512').update(body).digest('base64')}:` },
  ],
  ['a write without Idempotency-Key', { ...write, fields: [json, token] }, 'idempotency_key_missing'],
  [
    'a short Idempotency-Key',
    { ...write, fields: [json, token, ['Idempotency-Key', 'short']] },
    'idempotency_key_missing',
  ],
  [
    'a body with GET',
    { ...read, fields: [...read.fields, ['Content-Length', '2']], body: '{}' },
    'body_refused',
  ],
  [
    'an encoded body',
    { ...write, fields: [...write.fields, ['Content-Encoding', 'gzip']] },
    'content_encoding_refused',
  ],
  ['an upgrade', { ...read, fields: [...read.fields, ['Upgrade', 'websocket']] }, 'upgrade_refused'],
  ['TRACE', { ...read, method: 'TRACE' }, 'method_refused'],
  ['a method in lower case', { ...read, method: 'get' }, 'method_refused'],
  ...[
    ['absolute form', 'https://api.bank.example/accounts'],
    ['a fragment', '/accounts#a'],
    ['a doubled slash', '//accounts'],
    ['a dot segment', '/a/../accounts'],
    ['an encoded dot segment', '/a/%2e%2E/accounts'],
    ['an encoded slash', '/a%2faccounts'],
    ['a backslash', '/a\\accounts'],
    ['an encoded backslash', '/a%5Caccounts'],
    ['a path parameter', '/accounts;a=b'],
    ['an encoded semicolon', '/accounts%3ba'],
    ['an encoded letter', '/%61ccounts'],
    ['an encoded NUL', '/accounts%00'],
    ['an encoded percent', '/accounts%252f'],
    ['an encoded line feed', '/accounts%0a'],
    ['an overlong slash', '/a%c0%afaccounts'],
    ['a bare percent', '/accounts%'],
    ['a space', '/acc ounts'],
    ['no slash', 'accounts'],
  ].map(([name, target]) => [`target: ${name}`, { ...read, target }, 'ambiguous_request']),
  ['two Host', { ...read, fields: [...read.fields, ['host', 'api.bank.example']] }, 'ambiguous_request'],
  ['two tokens', read, 'ambiguous_request', {}, plus(token)],
  ['two Content-Digest', read, 'ambiguous_request', {}, plus(['content-digest', digestOf('')])],
  ['two Idempotency-Key', write, 'ambiguous_request', {}, plus(idempotencyKey)],
  ['two Signature-Input', read, 'ambiguous_request', {}, plus(['Signature-Input', 'a=()'])],
  ['a twin of Idempotency-Key', read, 'ambiguous_request', {}, plus(['idempotency_key', 'a'])],
  ['a twin of a field of ours', read, 'ambiguous_request', {}, plus(['Holdfast_User', 'alice'])],
  ['a line feed in a value', read, 'ambiguous_request', {}, plus(['X-A', 'a\nAuthorization: b'])],
  ['a value that is not ASCII', read, 'ambiguous_request', {}, plus(['X-A', 'ü'])],
  ['a name with a space', read, 'ambiguous_request', {}, plus(['X A', 'a'])],
]

/** Codes given before any signature is read: no base is made. */
const early = new Set([
  'ambiguous_request',
  'body_refused',
  'content_encoding_refused',
  'upgrade_refused',
  'method_refused',
  'signature_missing',
])

export function signedRequest(existing) {
  const sign = signerFor(existing)
  return {
    description:
      'Signed requests and what a receiver answers, before any state (tokens, nonces, claims) is asked. Each has one fault at most.',
    source: ['docs/protocol.md 3', 'RFC 9421 section 2.5', 'RFC 9530', 'RFC 9651'],
    origin,
    now,
    keys: { session: publicJwk(testKeys.session), device: publicJwk(testKeys.device) },
    cases: table.map(([name, request, expect, sender = {}, way = (made) => made]) => {
      const { base, ...made } = way(send(name, request, sign, sender))
      return { ...made, base: early.has(expect) ? null : base, expect }
    }),
  }
}
