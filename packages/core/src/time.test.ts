import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcomeOf } from '../test/refusal.ts'
import { nodeCrypto } from './crypto/node.ts'
import { signJws } from './jws.ts'
import { isTimeNonce, openTime, signTime, timeKeyId } from './time.ts'

describe('openTime', async () => {
  const key = await testKey()
  const time = { iss: 'https://api.bank.example', nonce: 'AAAAAAAAAAAAAAAAAAAAAA', time: 1_790_000_000_123 }
  const expected = { issuer: time.iss, nonce: time.nonce }

  it('gives the milliseconds that answer this nonce', async () => {
    const jws = await signTime(time, key.kid, key.privateKey, nodeCrypto)
    expect(timeKeyId(jws)).toBe(key.kid)
    expect(await openTime(jws, expected, key.verifyKey, nodeCrypto)).toBe(1_790_000_000_123)
  })

  it.each([
    ['another nonce', { nonce: 'AAAAAAAAAAAAAAAAAAAAAQ' }],
    ['another issuer', { iss: 'https://other.example' }],
    ['seconds with a fraction', { time: 1.5 }],
    ['a time below zero', { time: -1 }],
    ['a time beyond exact numbers', { time: 1e300 }],
    ['an unknown member', { zone: 'UTC' }],
  ])('refuses %s', async (_, change) => {
    const jws = await signTime({ ...time, ...change }, key.kid, key.privateKey, nodeCrypto)
    expect(await outcomeOf(() => openTime(jws, expected, key.verifyKey, nodeCrypto))).toBe('answer_refused')
  })

  it('refuses another key and another type', async () => {
    const stranger = await testKey()
    const jws = await signTime(time, key.kid, stranger.privateKey, nodeCrypto)
    const other = await signJws('at+jwt', { kid: key.kid }, time, key.privateKey, nodeCrypto)
    for (const text of [jws, other, '']) {
      expect(await outcomeOf(() => openTime(text, expected, key.verifyKey, nodeCrypto))).toBe(
        'answer_refused',
      )
    }
    expect(timeKeyId(other)).toBeNull()
  })
})

it.each([
  ['AAAAAAAAAAAAAAAAAAAAAA', true],
  ['AAAAAAAAAAAAAAAAAAAAAB', false],
  ['AAAAAAAAAAAAAAAAAAAAA', false],
  ['AAAAAAAAAAAAAAAAAAAAAA\n', false],
  [null, false],
])('isTimeNonce %j: %s', (value, expected) => {
  expect(isTimeNonce(value)).toBe(expected)
})
