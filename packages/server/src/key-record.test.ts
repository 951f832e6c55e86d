import { nodeCrypto } from '@holdfast/core/node-crypto'
import { expect, test } from 'vitest'
import { newKeyRecord, parseKeyRecord, rotateRecord, tokenKeyStates } from './key-record.ts'

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
  const keys = signsFrom.map((signsFromMs) => ({ signsFromMs }))
  expect(tokenKeyStates(keys, now, overlap)).toEqual(states)
})

test('a token rotation adds a key that signs in a minute and drops only what is gone', () => {
  const first = newKeyRecord(nodeCrypto)
  const second = rotateRecord(first, 'token', 0, overlap)
  expect(second.token).toEqual([first.token[0], { key: expect.any(String), signsFromMs: minute }])
  const third = rotateRecord(second, 'token', 10 * minute, overlap)
  expect(third.token.slice(0, 2)).toEqual(second.token)
  const fourth = rotateRecord(third, 'token', 20 * minute, overlap)
  expect(fourth.token.slice(0, 2)).toEqual(third.token.slice(1))
  expect(fourth.token).toHaveLength(3)
})

test('with a clock that went back a new key still comes last', () => {
  const ahead = rotateRecord(newKeyRecord(nodeCrypto), 'token', 60 * minute, overlap)
  const { token } = rotateRecord(ahead, 'token', 0, overlap)
  expect(token.map(({ signsFromMs }) => signsFromMs)).toEqual([0, 61 * minute, 61 * minute])
})

test.each(['service', 'forward'] as const)(
  'a %s rotation moves next up and changes nothing else',
  (which) => {
    const before = newKeyRecord(nodeCrypto)
    const after = rotateRecord(before, which, 0, overlap)
    expect(after[which].current).toBe(before[which].next)
    expect(after[which].next).not.toBe(before[which].next)
    expect({ ...after, [which]: null }).toEqual({ ...before, [which]: null })
  },
)

test('reads what it wrote and nothing else; the refusal shows nothing of the text', () => {
  const record = newKeyRecord(nodeCrypto)
  expect(parseKeyRecord(JSON.stringify(record))).toEqual(record)
  const broken = [
    '',
    '{"wrapping":"SECRET',
    JSON.stringify({ ...record, version: 2 }),
    JSON.stringify({ ...record, more: 1 }),
    JSON.stringify({ ...record, token: [] }),
    JSON.stringify({ ...record, wrapping: 'A'.repeat(42) }),
    JSON.stringify({ ...record, service: { current: 'x', next: 'y' } }),
  ]
  for (const text of broken) {
    expect(() => parseKeyRecord(text)).toThrow(
      new TypeError('the key file is damaged: it is not a Holdfast key file of version 1'),
    )
  }
})
