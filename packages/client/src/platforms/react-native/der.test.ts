import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { utf8 } from '@holdfast/core'
import { nodeCrypto, toDer } from '@holdfast/core/node-crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiText, publicJwk, rawSignature } from './der.ts'

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')

/** Of every length, so that leading zeros and high bits occur often; never zero. */
const scalar = fc
  .tuple(fc.integer({ min: 1, max: 256 }), fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }))
  .map(([bits, value]) => (value & ((1n << BigInt(bits)) - 1n)) | 1n)
const raw = (r: bigint, s: bigint): Uint8Array =>
  bytes(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'))

describe('a signature in DER', () => {
  it('becomes the 64 octets it was made of, whatever zeros they begin with', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        expect(hex(rawSignature(toDer(raw(r, s))))).toBe(hex(raw(r, s)))
      }),
    )
  })

  it('is what OpenSSL writes, and means the same', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    let short = 0
    // One in 128 begins with a zero: that none of 3,000 does has a chance of one in ten thousand millions.
    for (let i = 0; i < 3000; i++) {
      const data = Buffer.from(`message ${i}`)
      const der = sign('sha256', data, privateKey)
      const signature = rawSignature(der)
      if (signature[0] === 0 || signature[32] === 0) short++
      expect(hex(toDer(signature))).toBe(hex(der))
      if (i % 30 === 0)
        expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
    }
    expect(short).toBeGreaterThan(0)
  })

  it('takes r and s of one octet', () => {
    expect(hex(rawSignature(bytes('3006020101020102')))).toBe(
      `${'01'.padStart(64, '0')}${'02'.padStart(64, '0')}`,
    )
  })

  it.each([
    ['nothing', ''],
    ['another element', '3106020101020102'],
    ['a sequence of one', '3003020101'],
    ['a sequence of three', '3009020101020102020103'],
    ['something behind it', '300602010102010200'],
    ['a length that is too long', '3007020101020102'],
    ['a length in two octets', '308106020101020102'],
    ['zero for r', '3006020100020102'],
    ['zero for s', '3006020101020100'],
    ['a negative r', '3006020180020102'],
    ['a negative s', '30060201010201ff'],
    ['a superfluous zero', '300702020001020102'],
    ['two superfluous zeros', '30080203000081020101'],
    ['an empty integer', '30050200020101'],
    ['an integer that ends outside', '3006020101020202'],
    ['r of 33 octets', `3026022101${'00'.repeat(32)}020101`],
    ['r of 34 octets', `3027022200${'ff'.repeat(33)}020101`],
    ['a bit string for s', '3006020101030102'],
  ])('refuses %s', (_, der) => {
    expect(() => rawSignature(bytes(der))).toThrow(TypeError)
  })

  it('refuses what was cut anywhere', () => {
    const der = toDer(raw((1n << 255n) + 5n, 7n))
    for (let length = 0; length < der.length; length++)
      expect(() => rawSignature(der.subarray(0, length))).toThrow(TypeError)
  })

  it('takes nothing but what it would be written as', () => {
    fc.assert(
      fc.property(scalar, scalar, fc.nat(), fc.integer({ min: 1, max: 255 }), (r, s, place, change) => {
        const der = toDer(raw(r, s)).slice()
        der[place % der.length] = (der[place % der.length] as number) ^ change
        let taken: Uint8Array
        try {
          taken = rawSignature(der)
        } catch {
          return
        }
        expect(hex(toDer(taken))).toBe(hex(der))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a public key as SubjectPublicKeyInfo', () => {
  it('is the key that made it', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const jwk = publicJwk(publicKey.export({ format: 'der', type: 'spki' }))
    expect(createPublicKey({ key: { ...jwk }, format: 'jwk' }).equals(publicKey)).toBe(true)
  })

  it('is of P-256, uncompressed', () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
      generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
    ].map((key) => key.export({ format: 'der', type: 'spki' }))
    for (const spki of [...others, new Uint8Array(0)]) expect(() => publicJwk(spki)).toThrow(TypeError)
  })
})

describe('what native modules sign', () => {
  it('is ASCII', () => {
    expect(asciiText(utf8('"@method": GET\n"@authority": a.example'))).toBe(
      '"@method": GET\n"@authority": a.example',
    )
    for (const octet of [0, 9, 13, 127, 128, 255])
      expect(() => asciiText(Uint8Array.of(65, octet))).toThrow(TypeError)
  })
})

it('agrees with the provider it will be verified by', () => {
  const { privateKey, publicJwk: jwk } = nodeCrypto.generateKeyPair()
  const signature = nodeCrypto.sign(privateKey, utf8('data'))
  const key = nodeCrypto.importPublicKey(jwk)
  expect(nodeCrypto.verify(key, utf8('data'), rawSignature(toDer(signature)))).toBe(true)
})
