import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcome } from '../test/refusal.ts'
import { fromBase64url, toBase64url } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import { webCrypto } from './crypto/web.ts'
import {
  finishProof,
  keyStretching,
  opaqueBytes,
  opaqueIdentifiers,
  parseLoginChallenge,
  parseLoginFinish,
  parseLoginResult,
  parseLoginStart,
  parseRegistrationChallenge,
  parseRegistrationFinish,
  parseRegistrationStart,
  releaseKey,
} from './passcode.ts'

const octets = (length: number): string => toBase64url(new Uint8Array(length).fill(0xa5))
const record = 'R'.repeat(65)
const { publicJwk } = await testKey()

const finish = { ke3: octets(64), proof: octets(32), held: 7 }
const messages = {
  registrationStart: [parseRegistrationStart, { request: octets(32) }, 'bad_request'],
  registrationFinish: [parseRegistrationFinish, { upload: octets(192) }, 'bad_request'],
  loginStart: [parseLoginStart, { record, ke1: octets(96) }, 'bad_request'],
  loginFinish: [parseLoginFinish, finish, 'bad_request'],
  registrationChallenge: [parseRegistrationChallenge, { record, response: octets(64) }, 'answer_refused'],
  loginChallenge: [parseLoginChallenge, { login: record, ke2: octets(320), left: 4 }, 'answer_refused'],
  loginResult: [parseLoginResult, { release: octets(99) }, 'answer_refused'],
} as const
type Message = readonly [(value: unknown) => object, Readonly<Record<string, unknown>>, string]
const each = Object.entries(messages) as unknown as Array<[string, Message]>

describe.each(each)('%s', (_, [parse, message, code]) => {
  it('is taken as it is', () => {
    expect(parse(message)).toEqual(message)
  })

  it('is refused with anything missing, of another length, or in another spelling', () => {
    for (const value of [null, undefined, [], 'text', {}]) expect(outcome(() => parse(value))).toBe(code)
    for (const [name, value] of Object.entries(message)) {
      const { [name]: _gone, ...rest } = message
      const wrong = [
        rest,
        { ...message, [name]: null },
        { ...message, [name]: typeof value === 'number' ? -1 : '' },
        { ...message, [name]: typeof value === 'number' ? 0.5 : `${String(value)}=` },
        { ...message, [name]: typeof value === 'number' ? String(value) : `${String(value).slice(1)}+` },
      ]
      for (const one of wrong) expect(outcome(() => parse(one))).toBe(code)
    }
  })

  it('says no more to the service than it has to, and may say more to the phone', () => {
    const more = { ...message, more: 1 }
    if (code === 'bad_request') expect(outcome(() => parse(more))).toBe(code)
    else expect(parse(more)).toEqual(message)
  })
})

describe('octets in a message', () => {
  it('have one spelling: bits that are not used are zero', () => {
    const withLast = (text: string, last: string): string => text.slice(0, -1) + last
    const start = { request: octets(32) }
    expect(outcome(() => parseRegistrationStart({ request: withLast(start.request, 'A') }))).toBe('ok')
    for (const last of ['B', '_', '-', 'D'])
      expect(outcome(() => parseRegistrationStart({ request: withLast(start.request, last) }))).toBe(
        'bad_request',
      )
    for (const last of ['B', 'E', '_'])
      expect(outcome(() => parseLoginFinish({ ...finish, ke3: withLast(finish.ke3, last) }))).toBe(
        'bad_request',
      )
    // 192 octets fill their characters.
    expect(outcome(() => parseRegistrationFinish({ upload: withLast(octets(192), '_') }))).toBe('ok')
  })

  it('are as many as the message has', () => {
    for (const length of [0, 31, 33, 64])
      expect(outcome(() => parseRegistrationStart({ request: octets(length) }))).toBe('bad_request')
    for (const length of [95, 97, 98])
      expect(outcome(() => parseLoginStart({ record, ke1: octets(length) }))).toBe('bad_request')
  })
})

describe('an attempt key', () => {
  const upload = octets(192)

  it('is a public P-256 key', () => {
    const message = { upload, attempt_key: publicJwk }
    expect(parseRegistrationFinish(message)).toEqual(message)
    for (const key of [null, {}, { ...publicJwk, d: publicJwk.x }, { ...publicJwk, crv: 'P-384' }])
      expect(outcome(() => parseRegistrationFinish({ upload, attempt_key: key }))).toBe('bad_request')
  })
})

it('an id has 16 to 128 characters of base64url', () => {
  const message = { record, ke1: octets(96) }
  for (const id of ['A'.repeat(16), 'A'.repeat(128)])
    expect(parseLoginStart({ ...message, record: id }).record).toBe(id)
  for (const id of ['A'.repeat(15), 'A'.repeat(129), 'A'.repeat(20) + '/', 'A'.repeat(20) + '.'])
    expect(outcome(() => parseLoginStart({ ...message, record: id }))).toBe('bad_request')
})

it('the cost of a guess and the lengths are what docs/protocol.md says', () => {
  expect(keyStretching).toEqual({ memoryKiB: 65_536, iterations: 3, parallelism: 4, length: 64 })
  const { ke1, ke2, ke3, registrationRecord } = opaqueBytes
  expect([ke1, ke2, ke3, registrationRecord]).toEqual([96, 320, 64, 192])
  expect(opaqueIdentifiers('thumbprint', 'https://api.bank.example')).toEqual({
    client: 'thumbprint',
    server: 'https://api.bank.example',
  })
})

describe('what is derived from a session key', () => {
  const sessionKey = new Uint8Array(64).fill(7)
  const facts = { login: 'L'.repeat(22), signer: 'S'.repeat(43), held: 300 }
  const derived = (label: string): Buffer =>
    Buffer.from(hkdfSync('sha256', sessionKey, new Uint8Array(0), label, 32))

  it.each([
    ['node', nodeCrypto],
    ['web', webCrypto(globalThis.crypto)],
  ] as const)('is HKDF and HMAC over CBOR, by hand, with %s', async (_, crypto) => {
    expect(Buffer.from(await releaseKey(sessionKey, crypto))).toEqual(derived('holdfast passcode release v1'))
    // RFC 8949: an array of four, three texts with one octet of length, and 300 as an unsigned of two octets.
    const text = (said: string): Buffer =>
      Buffer.concat([
        said.length < 24 ? Buffer.of(0x60 + said.length) : Buffer.of(0x78, said.length),
        Buffer.from(said),
      ])
    const cbor = Buffer.concat([
      Buffer.of(0x84),
      text('holdfast passcode proof v1'),
      text(facts.login),
      text(facts.signer),
      Buffer.of(0x19, 0x01, 0x2c),
    ])
    const mac = createHmac('sha256', derived('holdfast passcode proof v1')).update(cbor).digest()
    expect(Buffer.from(fromBase64url(await finishProof(sessionKey, facts, crypto)))).toEqual(mac)
  })

  it('is another proof for another login, signer, share number or session', async () => {
    const proofs = await Promise.all([
      finishProof(sessionKey, facts, nodeCrypto),
      finishProof(sessionKey, { ...facts, login: 'M'.repeat(22) }, nodeCrypto),
      finishProof(sessionKey, { ...facts, signer: 'T'.repeat(43) }, nodeCrypto),
      finishProof(sessionKey, { ...facts, held: 301 }, nodeCrypto),
      finishProof(new Uint8Array(64).fill(8), facts, nodeCrypto),
    ])
    expect(new Set(proofs).size).toBe(5)
  })
})
