import { describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import { nodeCrypto } from './crypto/node.ts'
import { parsePublicJwk, thumbprint, thumbprintInput } from './jwk.ts'

// The P-256 key of RFC 7517 appendix A.1.
const key = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
} as const

describe('parsePublicJwk', () => {
  it('takes exactly the four members, in any order, as a copy', () => {
    const { kty, crv, x, y } = key
    const given = { y, x, crv, kty }
    const parsed = parsePublicJwk(given)
    expect(parsed).toEqual(key)
    expect(parsed).not.toBe(given)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'EC'],
    ['an array', [key]],
    ['no kty', { ...key, kty: undefined }],
    ['RSA', { ...key, kty: 'RSA' }],
    ['another curve', { ...key, crv: 'P-384' }],
    ['secp256k1', { ...key, crv: 'secp256k1' }],
    ['a private half', { ...key, d: key.x }],
    ['a kid', { ...key, kid: 'a' }],
    ['key_ops', { ...key, key_ops: ['verify'] }],
    ['a short coordinate', { ...key, x: key.x.slice(1) }],
    ['a long coordinate', { ...key, x: `A${key.x}` }],
    ['a padded coordinate', { ...key, x: `${key.x}=` }],
    ['base64 for base64url', { ...key, x: `${key.x.slice(0, 42)}+` }],
    ['left-over bits', { ...key, x: `${key.x.slice(0, 42)}5` }],
    ['a number for a coordinate', { ...key, y: 1 }],
    ['an own __proto__', JSON.parse(`{"__proto__":{},${JSON.stringify(key).slice(1)}`)],
  ])('refuses %s', (_, value) => {
    expect(outcome(() => parsePublicJwk(value))).toBe('bad_request')
  })
})

describe('thumbprint (RFC 7638)', () => {
  it('hashes the required members in lexical order, without white space', async () => {
    const text = `{"crv":"P-256","kty":"EC","x":"${key.x}","y":"${key.y}"}`
    expect(Buffer.from(thumbprintInput(key)).toString()).toBe(text)
    expect(await thumbprint(key, nodeCrypto)).toBe('cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s')
  })

  it('hashes and encodes as the example of section 3.1 does', async () => {
    // The example is an RSA key, which is none of ours: its input goes through the same hash and encoding.
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    const hash = nodeCrypto.sha256(Buffer.from(`{"e":"AQAB","kty":"RSA","n":"${n}"}`))
    expect(Buffer.from(hash).toString('base64url')).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it('is what jose computes', async () => {
    const { calculateJwkThumbprint } = await import('jose')
    const { publicJwk } = nodeCrypto.generateKeyPair()
    expect(await thumbprint(publicJwk, nodeCrypto)).toBe(await calculateJwkThumbprint(publicJwk))
  })
})
