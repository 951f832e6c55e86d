import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRawSignature, toDer } from './ecdsa.ts'
import { generatePkcs8 } from './node.ts'

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function raw(r: bigint, s: bigint): Uint8Array {
  return new Uint8Array(
    Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex'),
  )
}

/** DER written the plain way (X.690 section 8.3): the shortest two's complement. */
function integer(value: bigint): Buffer {
  const digits = value.toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  const content = Buffer.from(Number.parseInt(even.slice(0, 2), 16) > 127 ? `00${even}` : even, 'hex')
  return Buffer.concat([Buffer.from([2, content.length]), content])
}
function sequence(r: bigint, s: bigint): Buffer {
  const content = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.from([0x30, content.length]), content])
}

/** Of every length, so that leading zeros and high bits occur often. */
const scalar = fc
  .tuple(fc.integer({ min: 1, max: 256 }), fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }))
  .map(([bits, value]) => value & ((1n << BigInt(bits)) - 1n))

describe('isRawSignature', () => {
  it.each([
    [1n, 1n, true],
    [order - 1n, order - 1n, true],
    [0n, 1n, false],
    [1n, 0n, false],
    [order, 1n, false],
    [1n, order, false],
    [order + 1n, 1n, false],
    [(1n << 256n) - 1n, 1n, false],
    // Larger than n in a low byte, smaller in a high one.
    [(0xfffffffen << 224n) + ((1n << 224n) - 1n), 1n, true],
  ])('r = %s, s = %s: %s', (r, s, expected) => {
    expect(isRawSignature(raw(r, s))).toBe(expected)
  })

  it('takes exactly 1…n-1', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        expect(isRawSignature(raw(r, s))).toBe(r > 0n && r < order && s > 0n && s < order)
      }),
    )
  })

  it.each([0, 63, 65, 70])('refuses %i bytes', (length) => {
    expect(isRawSignature(new Uint8Array(length).fill(1))).toBe(false)
  })
})

describe('toDer', () => {
  it('is canonical DER for every r and s', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        expect(Buffer.from(toDer(raw(r, s))).toString('hex')).toBe(sequence(r, s).toString('hex'))
      }),
    )
  })

  it('is what OpenSSL takes for its own', () => {
    const privateKey = createPrivateKey({ key: Buffer.from(generatePkcs8()), format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(privateKey)
    for (let i = 0; i < 300; i++) {
      const data = Buffer.from(`message ${i}`)
      const signature = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      expect(verify('sha256', data, publicKey, toDer(signature))).toBe(true)
    }
  })
})
