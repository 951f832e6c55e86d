import { nodeCrypto } from '@holdfast/core/node-crypto'
import { expect, test } from 'vitest'
import {
  type KeyRecord,
  keyStates,
  type KeyUse,
  newKeyRecord,
  parseKeyRecord,
  rotateRecord,
  withCa,
  withoutGone,
} from './key-record.ts'
import { createFileKey } from './kms-file.ts'
import { opaquePublicKey, opaqueReady } from './opaque.ts'

await opaqueReady

const minute = 60_000
const overlap = 15 * minute

test.each([
  ['one key signs at any time', [0], 0, ['current']],
  ['a new one waits', [0, minute], 0, ['current', 'next']],
  ['to the last millisecond', [0, minute], minute - 1, ['current', 'next']],
  ['then it signs and the old one is accepted', [0, minute], minute, ['previous', 'current']],
  ['while anything it signed lives', [0, minute], 16 * minute - 1, ['previous', 'current']],
  ['and no longer', [0, minute], 16 * minute, ['gone', 'current']],
  ['two rotations at once', [0, minute, minute], 0, ['current', 'next', 'next']],
  ['the later one signs', [0, minute, minute], minute, ['previous', 'previous', 'current']],
  [
    'two rotations one after the other',
    [0, minute, 2 * minute],
    1.5 * minute,
    ['previous', 'current', 'next'],
  ],
  ['each goes in its time', [0, minute, 2 * minute], 16 * minute, ['gone', 'previous', 'current']],
  ['a clock before every key', [5 * minute, 6 * minute], 0, ['current', 'next']],
  ['a clock that went back', [0, minute], minute / 2, ['current', 'next']],
])('states: %s', (_, signsFrom, now, states) => {
  const keys = signsFrom.map((fromMs) => ({ fromMs }))
  expect(keyStates(keys, now, overlap)).toEqual(states)
})

const day = 24 * 60 * minute
const overlaps = { token: overlap, wrapping: day, service: 60 * minute, ca: 3 * day }

function rotate(record: KeyRecord, use: Exclude<KeyUse, 'ca'>, now: number): KeyRecord {
  return rotateRecord(record, use, {
    now,
    overlaps,
    crypto: nodeCrypto,
    createKey: createFileKey,
    serviceKid: 'the-old-one',
  })
}

test('a token rotation adds a key that signs in a minute and drops only what is gone', () => {
  const first = newKeyRecord(nodeCrypto)
  const second = rotate(first, 'token', 0)
  expect(second.token).toEqual([first.token[0], { key: expect.any(String), fromMs: minute }])
  const third = rotate(second, 'token', 10 * minute)
  expect(third.token.slice(0, 2)).toEqual(second.token)
  const fourth = rotate(third, 'token', 20 * minute)
  expect(fourth.token.slice(0, 2)).toEqual(third.token.slice(1))
  expect(fourth.token).toHaveLength(3)
})

test('a wrapping rotation adds a key and keeps the old one while anything it sealed lives', () => {
  const first = newKeyRecord(nodeCrypto)
  const second = rotate(first, 'wrapping', 0)
  expect(second.wrapping).toEqual([first.wrapping[0], { key: expect.any(String), fromMs: minute }])
  expect(second.digest).toBe(first.digest)
  expect(rotate(second, 'wrapping', minute + day - 1).wrapping).toHaveLength(3)
  expect(rotate(second, 'wrapping', minute + day).wrapping[0]).toEqual(second.wrapping[1])
})

test('what is gone is left out of every list, and nothing else; a record without it stays itself', () => {
  const ca = { key: createFileKey(), certificate: 'A'.repeat(300) }
  let record = rotate(rotate(newKeyRecord(nodeCrypto), 'token', 0), 'wrapping', 0)
  for (let i = 0; i < 2; i++) record = withCa(record, ca, { now: 0, overlaps })
  const at = (now: number): KeyRecord => withoutGone(record, { now, overlaps })
  const lengths = ({ token, wrapping, ca: cas }: KeyRecord): number[] =>
    [token, wrapping, cas].map((l) => l.length)
  expect(at(minute + overlap - 1)).toBe(record)
  expect(at(minute + overlap)).toEqual({ ...record, token: record.token.slice(1) })
  expect(lengths(at(minute + day - 1))).toEqual([1, 2, 2])
  expect(lengths(at(minute + day))).toEqual([1, 1, 2])
  expect(lengths(at(4 * day - 1))).toEqual([1, 1, 2])
  expect(at(4 * day)).toEqual({
    ...record,
    token: record.token.slice(1),
    wrapping: record.wrapping.slice(1),
    ca: record.ca.slice(1),
  })
})

test('the first CA begins at once, the next a day later, and each is trusted three days beyond its end', () => {
  const ca = { key: createFileKey(), certificate: 'A'.repeat(300) }
  const rotation = { overlaps, now: minute }
  const one = withCa(newKeyRecord(nodeCrypto), ca, rotation)
  expect(one.ca).toEqual([{ ...ca, fromMs: minute }])
  const two = withCa(one, ca, rotation)
  expect(two.ca.map(({ fromMs }) => fromMs)).toEqual([minute, minute + day])
  expect(keyStates(two.ca, minute + 4 * day - 1, overlaps.ca)).toEqual(['previous', 'current'])
  expect(keyStates(two.ca, minute + 4 * day, overlaps.ca)).toEqual(['gone', 'current'])
})

test('with a clock that went back a new key still comes last', () => {
  const ahead = rotate(newKeyRecord(nodeCrypto), 'token', 60 * minute)
  const { token } = rotate(ahead, 'token', 0)
  expect(token.map(({ fromMs }) => fromMs)).toEqual([0, 61 * minute, 61 * minute])
})

test.each(['service', 'forward'] as const)(
  'a %s rotation moves next up and changes nothing else',
  (which) => {
    const before = newKeyRecord(nodeCrypto)
    const after = rotate(before, which, 5)
    expect(after[which].current).toBe(before[which].next)
    expect(after[which].next).not.toBe(before[which].next)
    expect({ ...after, [which]: null }).toEqual({ ...before, [which]: null })
    expect(after.service.previous).toEqual(
      which === 'service' ? { kid: 'the-old-one', untilMs: 5 + 60 * minute } : undefined,
    )
  },
)

test('reads files of version 1: nothing that the store holds is lost', () => {
  const { wrapping, service, forward, token } = newKeyRecord(nodeCrypto)
  const key = wrapping[0]?.key ?? ''
  const old = {
    version: 1,
    wrapping: key,
    service,
    forward,
    token: token.map(({ key: of }) => ({ key: of, signsFromMs: 7 })),
  }
  const { record: read, isOlder } = parseKeyRecord(JSON.stringify(old))
  expect(isOlder).toBe(true)
  expect(opaquePublicKey(read.opaque)).toMatch(/^[\w-]{43}$/)
  expect(read).toMatchObject({ version: 3, wrapping: [{ key, fromMs: 0 }], service, forward, ca: [] })
  expect(read.token).toEqual([{ key: token[0]?.key, fromMs: 7 }])
  const digest = nodeCrypto.hkdfSha256(
    Buffer.from(key, 'base64url'),
    new Uint8Array(0),
    Buffer.from('holdfast digest v1'),
    32,
  )
  expect(read.digest).toBe(Buffer.from(digest).toString('base64url'))
})

test('reads files of version 2, and gives them an OPAQUE setup', () => {
  const { opaque, ...old } = { ...newKeyRecord(nodeCrypto), version: 2 }
  const { record, isOlder } = parseKeyRecord(JSON.stringify(old))
  expect(isOlder).toBe(true)
  expect(opaquePublicKey(record.opaque)).not.toBe(opaquePublicKey(opaque))
  expect(record).toEqual({ ...old, version: 3, opaque: record.opaque })
})

test('reads what it wrote and nothing else; the refusal shows nothing of the text', () => {
  const record = newKeyRecord(nodeCrypto)
  expect(parseKeyRecord(JSON.stringify(record))).toEqual({ record, isOlder: false })
  const broken = [
    '',
    '{"wrapping":"SECRET',
    JSON.stringify({ ...record, version: 4 }),
    JSON.stringify({ ...record, version: 2 }),
    JSON.stringify({ ...record, opaque: undefined }),
    JSON.stringify({ ...record, opaque: 'A'.repeat(171) }),
    JSON.stringify({ ...record, opaque: record.opaque.slice(1) }),
    JSON.stringify({ ...record, more: 1 }),
    JSON.stringify({ ...record, token: [] }),
    JSON.stringify({ ...record, digest: 'A'.repeat(42) }),
    JSON.stringify({ ...record, wrapping: [] }),
    JSON.stringify({ ...record, wrapping: 'A'.repeat(43) }),
    JSON.stringify({ ...record, ca: [{ key: 'pkcs11:x', certificate: '', fromMs: 0 }] }),
    JSON.stringify({ ...record, service: { current: 'x', next: 'y' } }),
  ]
  for (const text of broken) {
    expect(() => parseKeyRecord(text)).toThrow(
      new TypeError('the key file is damaged: it is not a Holdfast key file of version 1 to 3'),
    )
  }
})
