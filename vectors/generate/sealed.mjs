/** Cases of docs/protocol.md 8: key configurations, sealed requests, their answers, replies to one-time keys. */
import { derivePair, pairOf, sender } from './hpke.mjs'
import {
  binaryAnswer,
  binaryRequest,
  encapsulate,
  integer,
  keyConfiguration,
  octetsOf,
  padded,
  sealAnswer,
  sized,
} from './ohttp.mjs'
import { deriveXWing, encapsulateXWing, randomnessOf, xWingId } from './x-wing.mjs'

const id = 7
const seed = octetsOf('sealing key')
const { publicKey } = derivePair(seed)
const b64u = (octets) => octets.toString('base64url')

export function keyConfigurationVectors() {
  const good = keyConfiguration(id, publicKey)
  const hybrid = deriveXWing(seed).publicKey
  const unreduced = Buffer.from(hybrid)
  // Two coefficients in three octets: the second is 3329.
  unreduced.set([hybrid[0], (hybrid[1] & 15) | 0x10, 0xd0])
  const [x25519, xWing] = [Buffer.from('0020', 'hex'), Buffer.from('647a', 'hex')]
  const make = (keyId, kem, key, algorithms) =>
    Buffer.concat([Buffer.from([keyId]), kem, key, Buffer.from(algorithms, 'hex')])
  const ok = (name, octets, keyId, suite, key) => {
    return { name, configuration: b64u(octets), id: keyId, suite, public_key: b64u(key), expect: 'ok' }
  }
  const unknown = (name, octets) => ({ name, configuration: b64u(octets), suite: null, expect: 'ok' })
  const refused = (name, octets) => ({ name, configuration: b64u(octets), expect: 'bad_request' })
  return {
    description:
      'Key configurations as the statement carries them; suite null: well-formed, nothing we can use.',
    source: ['docs/protocol.md 8.1', 'RFC 9458 section 3.1'],
    cases: [
      ok('X25519', good, id, 'x25519', publicKey),
      ok('X-Wing', make(255, xWing, hybrid, '000400010002'), 255, 'x-wing', hybrid),
      ok('ours behind another', make(0, x25519, publicKey, '00080001000300010002'), 0, 'x25519', publicKey),
      unknown('another KEM', make(1, Buffer.from('0010', 'hex'), octetsOf('P-256', 65), '000400010002')),
      unknown('other symmetric algorithms', make(1, x25519, publicKey, '000400010001')),
      refused('X-Wing, a coefficient too large', make(255, xWing, unreduced, '000400010002')),
      refused('nothing', Buffer.alloc(0)),
      refused('cut in its key', good.subarray(0, 30)),
      refused('cut in its algorithms', good.subarray(0, -1)),
      refused('no algorithms', make(1, x25519, publicKey, '0000')),
      refused('half an algorithm', make(1, x25519, publicKey, '00020001')),
      refused('more than it says', Buffer.concat([good, Buffer.alloc(1)])),
    ],
  }
}

const transfer = {
  method: 'POST',
  scheme: 'https',
  authority: 'api.bank.example',
  path: '/transfers?dry=1',
  fields: [
    ['content-type', 'application/json'],
    ['idempotency-key', 'AAAAAAAAAAAAAAAAAAAAAA'],
  ],
  body: Buffer.from('{"cents":4200}'),
}
const balance = { ...transfer, method: 'GET', path: '/balance', fields: [], body: Buffer.alloc(0) }
const long = { ...transfer, body: octetsOf('a long body', 600) }

/** The pieces of `balance` as an indeterminate-length message with fields and chunks. */
const chunked = Buffer.concat([
  integer(2),
  ...['POST', 'https', 'api.bank.example', '/balance'].map(sized),
  ...['accept', 'a/b'].map(sized),
  integer(0),
  sized('one '),
  sized('two'),
  integer(0),
  integer(0),
])

const readable = ({ body, ...rest }) => ({ ...rest, body: body.toString('base64url') })

function seal(name, plaintext, more = {}) {
  const ephemeral = pairOf(octetsOf(`ephemeral of ${name}`))
  return { ...encapsulate(plaintext, { id, publicKey, ephemeral, ...more }), ephemeral }
}

export function sealedRequestVectors() {
  const ok = (name, request, plaintext) => {
    const { message, ephemeral } = seal(name, plaintext)
    return {
      name,
      ephemeral_key: ephemeral.scalar.toString('hex'),
      plaintext: b64u(plaintext),
      message: b64u(message),
      request: readable(request),
      expect: 'ok',
    }
  }
  const inner = (name, plaintext) => {
    return { name, message: b64u(seal(name, plaintext).message), expect: 'bad_request' }
  }
  const refused = (name, change, more) => {
    const message = change(seal(name, padded(binaryRequest(balance)), more).message)
    return { name, message: b64u(message), expect: 'sealed_request_refused' }
  }
  const same = (message) => message
  const flip = (at) => (message) => {
    message[at < 0 ? message.length + at : at] ^= 1
    return message
  }
  const field = (name, value) => padded(binaryRequest({ ...balance, fields: [[name, value]] }))
  return {
    description:
      'Sealed requests to the key of `seed` (DeriveKeyPair of RFC 9180) under the id in `configuration`.',
    source: [
      'docs/protocol.md 8.2',
      'docs/protocol.md 8.3',
      'docs/protocol.md 8.4',
      'RFC 9292',
      'RFC 9458 section 4',
    ],
    seed: seed.toString('hex'),
    configuration: b64u(keyConfiguration(id, publicKey)),
    cases: [
      ok('POST with a body', transfer, padded(binaryRequest(transfer))),
      ok('GET without', balance, padded(binaryRequest(balance))),
      ok('more than 512 octets', long, padded(binaryRequest(long))),
      ok('without padding', balance, binaryRequest(balance)),
      ok('empty sections left out', balance, binaryRequest(balance).subarray(0, -3)),
      ok(
        'indeterminate length',
        { ...balance, method: 'POST', fields: [['accept', 'a/b']], body: Buffer.from('one two') },
        padded(chunked),
      ),
      refused('another key id', flip(0)),
      refused('another KEM', flip(2)),
      refused('another KDF', flip(4)),
      refused('AES-128-GCM', same, { aeadId: 1 }),
      refused('AES-128-GCM in the header alone', flip(6)),
      refused('a changed encapsulated key', flip(7)),
      refused('a changed ciphertext', flip(39)),
      refused('a changed tag', flip(-1)),
      refused('cut off by one octet', (message) => message.subarray(0, -1)),
      refused('one octet more', (message) => Buffer.concat([message, Buffer.alloc(1)])),
      refused('cut in the encapsulated key', (message) => message.subarray(0, 38)),
      refused('an encapsulated key of low order', (message) => message.fill(0, 7, 39)),
      refused('another label', same, { label: 'message/bhttp request v2' }),
      refused('sealed to another key', same, { publicKey: derivePair(octetsOf('another key')).publicKey }),
      inner('an answer inside', padded(binaryAnswer({ status: 200, fields: [], body: Buffer.alloc(0) }))),
      inner('text inside', Buffer.from('GET /balance HTTP/1.1\r\n\r\n')),
      inner('padding that is not zero', Buffer.concat([binaryRequest(balance), Buffer.from([1])])),
      inner('cut inside', binaryRequest(transfer).subarray(0, -5)),
      inner(
        'trailers',
        Buffer.concat([
          binaryRequest(balance).subarray(0, -1),
          sized(Buffer.concat([sized('a'), sized('b')])),
        ]),
      ),
      inner('a pseudo-field', field(':path', '/transfers')),
      inner('a name in upper case', field('Accept', 'a/b')),
      inner('a line break in a value', field('accept', 'a\r\nholdfast-user: x')),
      inner('NUL in a value', field('accept', 'a\0')),
      inner('a space before a value', field('accept', ' a')),
      inner('a field of the connection', field('transfer-encoding', 'chunked')),
      inner('another content-length', field('content-length', '1')),
      inner('a line break in the path', padded(binaryRequest({ ...balance, path: '/a\nb' }))),
      inner(
        'a whole URL as the path',
        padded(binaryRequest({ ...balance, path: 'https://api.bank.example/' })),
      ),
    ],
  }
}

export function sealedXWingVectors() {
  const recipient = deriveXWing(seed)
  const message = (name, plaintext) =>
    encapsulateXWing(plaintext, { id, publicKey: recipient.publicKey, randomness: randomnessOf(name) })
  const ok = (name, request) => {
    const plaintext = padded(binaryRequest(request))
    const { mlKem, x25519 } = randomnessOf(name)
    return {
      name,
      ml_kem_randomness: Buffer.from(mlKem).toString('hex'),
      ephemeral_key: x25519.toString('hex'),
      plaintext: b64u(plaintext),
      message: b64u(message(name, plaintext)),
      request: readable(request),
      expect: 'ok',
    }
  }
  const refused = (name, change) => {
    const octets = message(name, padded(binaryRequest(balance)))
    return { name, message: b64u(change(octets)), expect: 'sealed_request_refused' }
  }
  const flip = (at) => (octets) => {
    octets[at] ^= 1
    return octets
  }
  return {
    description:
      'Requests sealed with X-Wing to the key of `seed` (DeriveKeyPair of draft-ietf-hpke-pq) under the id in `configuration`.',
    source: [
      'docs/protocol.md 8.1',
      'docs/protocol.md 8.3',
      'draft-connolly-cfrg-xwing-kem',
      'draft-ietf-hpke-pq',
    ],
    seed: seed.toString('hex'),
    configuration: b64u(keyConfiguration(id, recipient.publicKey, xWingId)),
    cases: [
      ok('POST with a body', transfer),
      ok('GET without', balance),
      refused('a changed ML-KEM ciphertext', flip(7)),
      refused('a changed X25519 key', flip(7 + 1088)),
      refused('an X25519 key of low order', (octets) => octets.fill(0, 7 + 1088, 7 + 1120)),
      refused('a changed ciphertext', flip(7 + 1120)),
      refused('cut in the encapsulated key', (octets) => octets.subarray(0, 7 + 1119)),
      refused('X25519 in the header', (octets) => {
        octets.set([0x00, 0x20], 1)
        return octets
      }),
    ],
  }
}

export function sealedAnswerVectors() {
  const plaintextOf = (answer) => padded(binaryAnswer(answer))
  const answer = {
    status: 200,
    fields: [['content-type', 'application/json']],
    body: Buffer.from('{"cents":99}'),
  }
  const asked = seal('a request to answer', padded(binaryRequest(balance)))
  const other = seal('another request', padded(binaryRequest(balance)))
  const made = (name, plaintext, context = asked) =>
    sealAnswer(plaintext, octetsOf(`nonce of ${name}`), context)
  const ok = (name, response, plaintext = plaintextOf(response)) => {
    const nonce = octetsOf(`nonce of ${name}`)
    return {
      name,
      plaintext: b64u(plaintext),
      nonce: b64u(nonce),
      answer: b64u(made(name, plaintext)),
      response: readable(response),
      expect: 'ok',
    }
  }
  const refused = (name, octets) => ({ name, answer: b64u(octets), expect: 'answer_refused' })
  const good = (name) => made(name, plaintextOf(answer))
  const changed = (name, at) => {
    const octets = good(name)
    octets[at < 0 ? octets.length + at : at] ^= 1
    return octets
  }
  const none = Buffer.alloc(0)
  return {
    description:
      'Answers to the one sealed request `message`, which was sealed with `ephemeral_key` to the key of `seed`.',
    source: ['docs/protocol.md 8.3', 'RFC 9458 section 4.4'],
    seed: seed.toString('hex'),
    configuration: b64u(keyConfiguration(id, publicKey)),
    ephemeral_key: asked.ephemeral.scalar.toString('hex'),
    message: b64u(asked.message),
    cases: [
      ok('an answer', answer),
      ok('a refusal inside', { ...answer, status: 401, fields: [['holdfast-error', 'token_expired']] }),
      ok('an octet above ASCII in a value', { ...answer, fields: [['x-name', '\xe9']] }),
      ok(
        'trailers and an informational answer, dropped',
        { ...answer, fields: [] },
        Buffer.concat([
          integer(1),
          integer(103),
          integer(0),
          integer(200),
          integer(0),
          sized('{"cents":99}'),
          sized(Buffer.concat([sized('a'), sized('b')])),
        ]),
      ),
      refused('nothing', none),
      refused('a nonce alone', octetsOf('nonce', 32)),
      refused('a changed nonce', changed('a changed nonce', 0)),
      refused('a changed ciphertext', changed('a changed ciphertext', 32)),
      refused('a changed tag', changed('a changed tag', -1)),
      refused('cut off', good('cut off').subarray(0, -1)),
      refused('the answer to another request', made('another', plaintextOf(answer), other)),
      refused('a request inside', made('a request inside', padded(binaryRequest(balance)))),
      refused('status 99 inside', made('status 99 inside', plaintextOf({ ...answer, status: 99 }))),
      refused(
        'a line break inside',
        made('a line break', plaintextOf({ ...answer, fields: [['a', 'b\r\nc']] })),
      ),
    ],
  }
}

export function replyVectors() {
  const replySeed = octetsOf('reply key')
  const key = derivePair(replySeed)
  const reply = (name, { info = 'holdfast reply v1', to = key, text = '4711' } = {}) => {
    const context = sender(pairOf(octetsOf(`ephemeral of reply ${name}`)), to.publicKey, Buffer.from(info))
    return Buffer.concat([context.enc, context.seal(Buffer.from(text))])
  }
  const ok = (name, text) => {
    const ephemeral = octetsOf(`ephemeral of reply ${name}`).toString('hex')
    return {
      name,
      ephemeral_key: ephemeral,
      body: b64u(reply(name, { text })),
      plaintext: text,
      expect: 'ok',
    }
  }
  const refused = (name, body) => ({ name, body: b64u(body), expect: 'reply_refused' })
  const flip = (body, at) => {
    body[at] ^= 1
    return body
  }
  return {
    description: 'Replies to the one-time key of `seed` (DeriveKeyPair of RFC 9180), whose field is `field`.',
    source: ['docs/protocol.md 8.7', 'RFC 9180 section 6.1'],
    seed: replySeed.toString('hex'),
    field: b64u(key.publicKey),
    cases: [
      ok('four digits', '4711'),
      ok('nothing', ''),
      ok('a text', 'Grüße'),
      refused('no body', Buffer.alloc(0)),
      refused('an encapsulated key alone', reply('alone').subarray(0, 32)),
      refused('a changed encapsulated key', flip(reply('changed key'), 0)),
      refused('a changed ciphertext', flip(reply('changed'), 32)),
      refused('cut off', reply('cut off').subarray(0, -1)),
      refused('to another key', reply('another key', { to: derivePair(octetsOf('another reply key')) })),
      refused('for another purpose', reply('purpose', { info: 'holdfast reply v2' })),
      refused('an encapsulated key of low order', reply('low order').fill(0, 0, 32)),
    ],
  }
}
