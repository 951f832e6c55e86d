import { nodeCrypto } from '@holdfast/core/node-crypto'
import { expect, test } from 'vitest'
import { newSessionId, sessionKeyOf } from './session-id.ts'

test('gives back the key it was made for, whichever sign its point has', () => {
  const signs = new Set<string>()
  for (let i = 0; i < 64; i++) {
    const { publicJwk } = nodeCrypto.generateKeyPair()
    const sid = newSessionId(publicJwk)
    expect(sid).toMatch(/^[A-Za-z0-9_-]{56}$/)
    expect(sessionKeyOf(sid)).toEqual(publicJwk)
    signs.add(sid.slice(0, 1) + (Buffer.from(sid, 'base64url')[0] ?? 0))
  }
  expect(signs.size).toBe(2)
})

test('two sessions of one key have two names', () => {
  const { publicJwk } = nodeCrypto.generateKeyPair()
  expect(newSessionId(publicJwk)).not.toBe(newSessionId(publicJwk))
})
