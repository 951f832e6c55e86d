/** Cases of docs/protocol.md 11 to 13: what is derived from a factor, what proves one, and the share it releases. */
import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { derivePair, pairOf, sender } from './hpke.mjs'
import { foreignHeaders, makeJws } from './jws.mjs'
import { publicJwk, signerFor, testKeys, thumbprint } from './keys.mjs'
import { octetsOf } from './ohttp.mjs'

const hex = (octets) => Buffer.from(octets).toString('hex')
const b64u = (octets) => Buffer.from(octets).toString('base64url')
const hkdf = (secret, label) => Buffer.from(hkdfSync('sha256', secret, '', label, 32))

/** An array of texts and small numbers (RFC 8949 section 4.2). */
function cbor(values) {
  const head = (major, value) => {
    if (value < 24) return Buffer.from([major + value])
    if (value < 256) return Buffer.from([major + 24, value])
    return Buffer.from([major + 25, value >> 8, value & 255])
  }
  const item = (value) =>
    typeof value === 'number'
      ? head(0, value)
      : Buffer.concat([head(0x60, Buffer.byteLength(value)), Buffer.from(value)])
  return Buffer.concat([head(0x80, values.length), ...values.map(item)])
}

const share = {
  deviceShare: octetsOf('device share'),
  serverShare: octetsOf('server share'),
  exportKey: octetsOf('export key', 64),
  secret: octetsOf('biometric secret'),
}

function wrappingKeys() {
  const { deviceShare, serverShare, exportKey, secret } = share
  const passcode = Buffer.concat([deviceShare, serverShare, exportKey])
  const presence = Buffer.concat([secret, deviceShare, serverShare])
  const parts = { device_share: hex(deviceShare), server_share: hex(serverShare) }
  return [
    {
      kind: 'passcode_wrapping_key',
      name: 'the key that wraps by passcode',
      ...parts,
      export_key: hex(exportKey),
      key: hex(hkdf(passcode, 'holdfast vault key by passcode v1')),
      expect: 'ok',
    },
    {
      kind: 'presence_wrapping_key',
      name: 'the key that wraps by presence',
      ...parts,
      secret: hex(secret),
      key: hex(hkdf(presence, 'holdfast vault key by presence v1')),
      expect: 'ok',
    },
  ]
}

const sessionKey = octetsOf('OPAQUE session key', 64)

function finishProofs() {
  const facts = { login: 'login-0123456789', signer: thumbprint(testKeys.device), held: 0 }
  const make = (name, change = {}) => {
    const { login, signer, held } = { ...facts, ...change }
    const said = cbor(['holdfast passcode proof v1', login, signer, held])
    const key = hkdf(sessionKey, 'holdfast passcode proof v1')
    const proof = createHmac('sha256', key).update(said).digest('base64url')
    const made = { session_key: hex(sessionKey), login, signer, held, cbor: hex(said), proof }
    return { kind: 'finish_proof', name, ...made, expect: 'ok' }
  }
  return [
    make('the end of a first login'),
    make('of another login', { login: 'login-9876543210' }),
    make('signed by another key', { signer: thumbprint(testKeys.session) }),
    make('holding a share', { held: 7 }),
    make('holding the 300th', { held: 300 }),
  ]
}

const first = { number: 0, share: null, next_share: b64u(octetsOf('next share')), mark: 0, next_mark: 1 }
const later = {
  number: 7,
  share: b64u(octetsOf('share')),
  next_share: b64u(octetsOf('next share')),
  mark: 41,
  next_mark: 42,
}
/** What is no release: its name, and the text inside. */
const noReleases = [
  ['no next share', JSON.stringify({ ...later, next_share: undefined })],
  ['a share that is too short', JSON.stringify({ ...later, share: 'AAAA' })],
  ['a number below zero', JSON.stringify({ ...later, number: -1 })],
  ['a mark as text', JSON.stringify({ ...later, next_mark: '42' })],
  ['no JSON', 'share'],
]
const flip = (octets, at) => {
  octets[at < 0 ? octets.length + at : at] ^= 1
  return octets
}

/** nonce ‖ ciphertext, under the key of an OPAQUE session. */
function sealedReleases() {
  const key = hkdf(sessionKey, 'holdfast passcode release v1')
  const seal = (name, text, { under = key, aad = 'holdfast share v1' } = {}) => {
    const nonce = octetsOf(`nonce of ${name}`, 12)
    const cipher = createCipheriv('aes-256-gcm', under, nonce).setAAD(Buffer.from(aad))
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  }
  const given = { kind: 'sealed_release', session_key: hex(sessionKey), key: hex(key) }
  const ok = (name, release) => {
    const sealed = b64u(seal(name, JSON.stringify(release)))
    return { ...given, name, sealed, release, expect: 'ok' }
  }
  const refused = (name, octets) => ({ ...given, name, sealed: b64u(octets), expect: 'answer_refused' })
  const good = (name, more) => seal(name, JSON.stringify(later), more)
  return [
    ok('a first release after a passcode', first),
    ok('a later release after a passcode', later),
    refused('passcode: a changed nonce', flip(good('changed nonce'), 0)),
    refused('passcode: a changed ciphertext', flip(good('changed ciphertext'), 12)),
    refused('passcode: a changed tag', flip(good('changed tag'), -1)),
    refused('passcode: cut off', good('cut off').subarray(0, -1)),
    refused('passcode: a nonce alone', good('nonce alone').subarray(0, 12)),
    refused('passcode: of another session', good('other', { under: octetsOf('another key') })),
    refused('passcode: for another purpose', good('purpose', { aad: 'holdfast share v2' })),
    ...noReleases.map(([name, text]) => refused(`passcode: ${name}`, seal(name, text))),
  ]
}

/** enc ‖ ciphertext, to the key of a presence request. */
function releasesTo() {
  const seed = octetsOf('reply key of a presence request')
  const { publicKey } = derivePair(seed)
  const context = 'challenge-0123456789'
  const seal = (name, text, { to = publicKey, challenge = context } = {}) => {
    const ephemeral = pairOf(octetsOf(`ephemeral of the release ${name}`))
    const info = Buffer.from(`holdfast share v1 ${challenge}`)
    const { enc, seal: sealWith } = sender(ephemeral, to, info)
    return Buffer.concat([enc, sealWith(Buffer.from(text))])
  }
  const given = { kind: 'release_to', seed: hex(seed), reply_key: b64u(publicKey), challenge_id: context }
  const ok = (name, release) => {
    const sealed = b64u(seal(name, JSON.stringify(release)))
    return { ...given, name, sealed, release, expect: 'ok' }
  }
  const refused = (name, octets) => ({ ...given, name, sealed: b64u(octets), expect: 'answer_refused' })
  const good = (name, more) => seal(name, JSON.stringify(later), more)
  return [
    ok('a first release after presence', first),
    ok('a later release after presence', later),
    refused('presence: a changed encapsulated key', flip(good('changed key'), 0)),
    refused('presence: a changed ciphertext', flip(good('changed ciphertext'), 32)),
    refused('presence: cut off', good('cut off').subarray(0, -1)),
    refused('presence: an encapsulated key alone', good('alone').subarray(0, 32)),
    refused('presence: to another key', good('to', { to: derivePair(octetsOf('another key')).publicKey })),
    refused('presence: of another challenge', good('other', { challenge: 'challenge-9876543210' })),
    refused('presence: an encapsulated key of low order', good('low order').fill(0, 0, 32)),
    ...noReleases.map(([name, text]) => refused(`presence: ${name}`, seal(name, text))),
  ]
}

const statement = {
  iss: 'https://api.bank.example',
  device_key: thumbprint(testKeys.device),
  challenge: b64u(octetsOf('challenge')),
  reply_key: b64u(derivePair(octetsOf('reply key of a presence request')).publicKey),
  held: 7,
}
const registering = { ...statement, reply_key: '', held: 0 }

function passkeyChallenges() {
  const make = (name, said) => {
    const { iss, device_key: deviceKey, challenge, reply_key: replyKey, held } = said
    const octets = cbor(['holdfast presence v1', iss, deviceKey, challenge, replyKey, held])
    const hash = createHash('sha256').update(octets).digest()
    return {
      kind: 'passkey_challenge',
      name,
      statement: said,
      cbor: hex(octets),
      hash: b64u(hash),
      expect: 'ok',
    }
  }
  return [
    make('what a passkey signs to unlock', statement),
    make('what a passkey signs to be registered', registering),
    make('at another service', { ...statement, iss: 'https://other.example' }),
    make('for another share', { ...statement, held: 8 }),
  ]
}

function presenceProofs(sign) {
  const key = testKeys.session
  const header = { alg: 'ES256', typ: 'hf-presence+jwt', kid: thumbprint(key) }
  const make = (name, expect, { payload = statement, header: changed = header, by = key } = {}) => {
    const jws = makeJws(name, changed, payload, by, sign)
    return { kind: 'presence_jws', name, jws, statement, expect }
  }
  const other = {
    iss: 'https://other.example',
    device_key: thumbprint(testKeys.stranger),
    challenge: b64u(octetsOf('another challenge')),
    reply_key: '',
    held: 8,
  }
  return [
    make('a presence key signs the statement', 'ok'),
    ...Object.entries(other).map(([member, value]) =>
      make(`a JWS with another ${member}`, 'presence_refused', {
        payload: { ...statement, [member]: value },
      }),
    ),
    ...Object.keys(statement).map((member) =>
      make(`a JWS without ${member}`, 'presence_refused', { payload: { ...statement, [member]: undefined } }),
    ),
    make('a JWS with an unknown member', 'presence_refused', { payload: { ...statement, later: true } }),
    make('a JWS by another key', 'presence_refused', { by: testKeys.stranger }),
    ...foreignHeaders(header, publicJwk(key)).map(([name, changed]) =>
      make(`a JWS with the header: ${name}`, 'presence_refused', { header: changed }),
    ),
  ]
}

export function factorVectors(existing) {
  return {
    description: 'Keys derived from factors, proofs of them, and the releases of the share of the service.',
    source: [
      'docs/protocol.md 11',
      'docs/protocol.md 12',
      'docs/protocol.md 13',
      'RFC 5869',
      'RFC 8949 section 4.2',
      'RFC 9180',
    ],
    presence_key: publicJwk(testKeys.session),
    cases: [
      ...wrappingKeys(),
      ...finishProofs(),
      ...sealedReleases(),
      ...releasesTo(),
      ...passkeyChallenges(),
      ...presenceProofs(signerFor(existing)),
    ],
  }
}
