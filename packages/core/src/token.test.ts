import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { nodeCrypto } from './crypto/node.ts'
import { signJws } from './jws.ts'
import { type AccessTokenClaims, decodeAccessToken, signAccessToken } from './token.ts'

describe('decodeAccessToken', async () => {
  const key = await testKey()
  const claims: AccessTokenClaims = {
    iss: 'https://api.bank.example',
    aud: 'https://api.bank.example',
    sub: 'alice',
    client_id: 'device',
    jti: 'token',
    sid: 'family',
    iat: 1_790_000_000,
    exp: 1_790_000_300,
    auth_time: 1_790_000_000,
    acr: 'device',
    amr: ['pop'],
    cnf: { jkt: key.kid, jwk: key.publicJwk },
    hf_dev: key.kid,
  }
  const sign = (payload: Record<string, unknown>): Promise<string> =>
    signJws('at+jwt', { kid: key.kid }, payload, key.privateKey, nodeCrypto)

  it('reads back what was signed', async () => {
    const decoded = decodeAccessToken(await signAccessToken(claims, key.kid, key.privateKey, nodeCrypto))
    expect(decoded).toMatchObject({ kid: key.kid, claims })
    expect(decoded && nodeCrypto.verify(key.verifyKey, decoded.signingInput, decoded.signature)).toBe(true)
  })

  it('reads back a token bound to a certificate', async () => {
    const bound = { ...claims, cnf: { ...claims.cnf, 'x5t#S256': key.kid } }
    const text = await signAccessToken(bound, key.kid, key.privateKey, nodeCrypto)
    expect(decodeAccessToken(text)?.claims).toEqual(bound)
  })

  it.each(Object.keys(claims))('refuses a token without %s', async (claim) => {
    const { [claim]: _, ...rest } = claims as Record<string, unknown>
    expect(decodeAccessToken(await sign(rest))).toBeNull()
  })

  it.each([
    ['an unknown claim', { scope: 'all' }],
    ['nbf', { nbf: 1 }],
    ['an audience list', { aud: ['https://api.bank.example'] }],
    ['an empty subject', { sub: '' }],
    ['a subject that is a number', { sub: 1 }],
    ['a subject without end', { sub: 'a'.repeat(257) }],
    ['a time with a fraction', { exp: 1.5 }],
    ['a time below zero', { iat: -1 }],
    ['a time as text', { exp: '1790000300' }],
    ['a time beyond exact numbers', { exp: 1e300 }],
    ['a short jkt', { cnf: { jkt: 'A', jwk: key.publicJwk } }],
    ['cnf without the key', { cnf: { jkt: key.kid } }],
    ['cnf with something else', { cnf: { jkt: key.kid, jwk: key.publicJwk, kid: 'A' } }],
    ['a short certificate thumbprint', { cnf: { jkt: key.kid, jwk: key.publicJwk, 'x5t#S256': 'A' } }],
    ['a private half in cnf', { cnf: { jkt: key.kid, jwk: { ...key.publicJwk, d: 'A' } } }],
    ['a device key that is no thumbprint', { hf_dev: '../device' }],
    ['amr as text', { amr: 'pop' }],
  ])('refuses %s', async (_, change) => {
    expect(decodeAccessToken(await sign({ ...claims, ...change }))).toBeNull()
  })

  it('refuses a message of another type and a key shown instead of named', async () => {
    const other = await signJws('hf-device+jwt', { kid: key.kid }, claims, key.privateKey, nodeCrypto)
    const shown = await signJws('at+jwt', { jwk: key.publicJwk }, claims, key.privateKey, nodeCrypto)
    for (const text of [other, shown, '', 'a.b.c']) expect(decodeAccessToken(text)).toBeNull()
  })
})
