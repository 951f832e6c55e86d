import * as fc from 'fast-check'
import { expect } from 'vitest'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../src/binary-http.ts'
import { concat, utf8 } from '../../src/bytes.ts'
import { nodeCrypto } from '../../src/crypto/node.ts'
import {
  decapsulate,
  encapsulate,
  encodeKeyConfiguration,
  parseKeyConfiguration,
  type SealingKey,
} from '../../src/encapsulation.ts'
import { fieldsOf } from '../../src/fields.ts'
import { createReplyKey, isReplyKey, sealReply } from '../../src/reply.ts'
import { paddedLength } from '../../src/sealed.ts'
import { hostileText, near } from './mutation.ts'
import { property } from './property.ts'

const { publicKey, privateKey } = await nodeCrypto.hpke.deriveKeyPair('x25519', new Uint8Array(32).fill(7))
const key: SealingKey = { configuration: { id: 7, suite: 'x25519', publicKey }, privateKey }

/** One to three octets set, removed or inserted, or none. */
function nearBytes(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const octets = fc.uint8Array({ maxLength: 9 })
  const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 3 }), octets)
  return fc.tuple(valid, fc.array(edit, { maxLength: 3 })).map(([message, edits]) => {
    let changed = message
    for (const [at, remove, insert] of edits) {
      const place = Math.floor(at * (changed.length + 1))
      changed = concat(changed.subarray(0, place), insert, changed.subarray(place + remove))
    }
    return changed
  })
}

const names = fc.constantFrom('accept', 'X-A', ':path', 'a b', '', 'host', 'connection', 'a\n', '\u212a')
const pair = fc.tuple(
  fc.oneof(names, hostileText),
  fc.oneof(fc.constantFrom('', 'a', 'b, c', 'a\r\nb: c', ' '), hostileText),
)
const body = fc.uint8Array({ maxLength: 300 })
const requests = fc.record({
  method: near(fc.constantFrom('GET', 'POST')),
  scheme: fc.constant('https'),
  authority: near(fc.constantFrom('a.example', '[::1]:8443', '')),
  path: near(fc.constantFrom('/', '/a?b=c')),
  fields: fc.array(pair, { maxLength: 4 }),
  body,
})
const plainRequests = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  scheme: fc.constant('https'),
  authority: fc.constantFrom('a.example', ''),
  path: fc.constantFrom('/', '/a?b=c'),
  fields: fc.array(fc.tuple(fc.constantFrom('accept', 'x-a'), fc.constantFrom('', 'b', 'c, d')), {
    maxLength: 3,
  }),
  body,
})

property('binary request: what is written is read again', requests, (request) => {
  const read = decodeRequest(encodeRequest(request))
  const fields = request.fields.map(([name, value]) => [name.toLowerCase(), value])
  expect({ ...read, body: [...read.body] }).toEqual({ ...request, fields, body: [...request.body] })
})

property(
  'binary request: what is read fits on HTTP/1.1 lines and has one written form',
  nearBytes(plainRequests.map(encodeRequest)),
  (message) => {
    const request = decodeRequest(message)
    const { method, scheme, authority, path, fields } = request
    for (const text of [method, scheme, authority, path]) expect(text).toMatch(/^[\x21-\x7e]*$/)
    for (const [name, value] of fields) {
      expect(name).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/)
      expect(value).toBe(value.trim())
      expect(value).toMatch(/^[\x20-\x7e]*$/)
    }
    // The one parser of fields takes it, or refuses what has two readings: never another error.
    fieldsOf(fields)
    expect(decodeRequest(encodeRequest(request))).toEqual(request)
  },
)

const answers = fc.record({
  status: fc.integer({ min: 100, max: 700 }),
  fields: fc.array(pair, { maxLength: 3 }),
  body,
})
property('binary answer: what is written is read again', answers, (answer) => {
  const read = decodeResponse(encodeResponse(answer))
  expect([read.status, [...read.body]]).toEqual([answer.status, [...answer.body]])
  for (const [, value] of read.fields) expect(value).not.toMatch(/[\r\n\0]/)
})
property('binary answer: bytes of any kind', nearBytes(body), (message) => {
  const answer = decodeResponse(concat(Uint8Array.of(1, 0x40, 200), message))
  expect(decodeResponse(encodeResponse(answer))).toEqual(answer)
})

property(
  'key configuration: what is taken is written back as it was',
  nearBytes(fc.constant(encodeKeyConfiguration(key.configuration))),
  (message) => {
    const configuration = parseKeyConfiguration(message)
    if (configuration === null) return false
    const written = Buffer.from(encodeKeyConfiguration(configuration))
    expect(written.subarray(0, 35).equals(message.subarray(0, 35))).toBe(true)
    return true
  },
)

const { message: sealed, open } = await encapsulate(utf8('question'), key.configuration, nodeCrypto)
property('sealed request: only the message itself opens', nearBytes(fc.constant(sealed)), async (message) => {
  await decapsulate(message, key, nodeCrypto)
  expect(Buffer.from(message).equals(sealed)).toBe(true)
})
const { seal } = await decapsulate(sealed, key, nodeCrypto)
const answer = await seal(utf8('answer'))
property('sealed answer: only the answer itself opens', nearBytes(fc.constant(answer)), async (message) => {
  await open(message)
  expect(Buffer.from(message).equals(answer)).toBe(true)
})

const replyKey = await createReplyKey(nodeCrypto)
const reply = await sealReply(replyKey.field, utf8('4711'), nodeCrypto)
property('reply: only the reply itself opens', nearBytes(fc.constant(reply)), async (message) => {
  await replyKey.open(message)
  expect(Buffer.from(message).equals(reply)).toBe(true)
})
property('reply key: one text for one key', near(fc.constant(replyKey.field)), (field) => {
  if (!isReplyKey(field)) return false
  expect(Buffer.from(field, 'base64url').toString('base64url')).toBe(field)
  return true
})

property(
  'padding: long enough, no more than 12 %, done once',
  fc.integer({ min: 0, max: 2 ** 27 }),
  (length) => {
    const padded = paddedLength(length)
    expect(padded).toBeGreaterThanOrEqual(Math.max(length, 512))
    expect(padded).toBeLessThanOrEqual(Math.max(512, Math.ceil(length * 1.12)))
    expect(paddedLength(padded)).toBe(padded)
  },
)
