/** One suite for every provider of the crypto port. */
import { describe, expect, it } from 'vitest'
import { outsideVectors } from '../../test/outside-vectors.ts'
import { toBase64url, utf8 } from '../bytes.ts'
import { HoldfastError } from '../errors.ts'
import type { PublicJwk } from '../jwk.ts'
import { nobleCrypto } from './noble.ts'
import { nodeCrypto } from './node.ts'
import type { CryptoPort } from './port.ts'
import { webCrypto } from './web.ts'

const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
  ['noble', nobleCrypto({ random: (length) => nodeCrypto.random(length) })],
]

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

const wycheproof = outsideVectors('wycheproof')

type Group<Test> = {
  readonly keySize: number
  readonly ivSize: number
  readonly tagSize: number
  readonly publicKey: { readonly uncompressed: string }
  readonly tests: ReadonlyArray<
    Test & { readonly tcId: number; readonly comment: string; readonly result: string }
  >
}

function groups<Test>(file: string): ReadonlyArray<Group<Test>> {
  return (wycheproof.read(file) as { testGroups: Array<Group<Test>> }).testGroups
}

const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
const one = '01'.padStart(64, '0')
const zero = '0'.repeat(64)

describe.each(providers)('%s', (_, crypto) => {
  describe.each(providers)('with keys known to %s', (__, peer) => {
    it('signs what the other verifies, and nothing else', async () => {
      const { publicJwk, privateKey } = await crypto.generateKeyPair()
      const key = await peer.importPublicKey(publicJwk)
      for (const text of ['', 'a', 'x'.repeat(10_000)]) {
        const signature = await crypto.sign(privateKey, utf8(text))
        expect(signature).toHaveLength(64)
        expect(await peer.verify(key, utf8(text), signature)).toBe(true)
        expect(await peer.verify(key, utf8(`${text}!`), signature)).toBe(false)
        signature[10] = (signature[10] as number) ^ 1
        expect(await peer.verify(key, utf8(text), signature)).toBe(false)
      }
    })

    it('opens what the other sealed', async () => {
      const [key, nonce, aad] = [crypto.random(32), crypto.random(12), utf8('about')]
      const sealed = await crypto.seal(key, nonce, aad, utf8('secret'))
      const opened = await peer.open(key, nonce, aad, sealed)
      expect(opened && hex(opened)).toBe(hex(utf8('secret')))
    })
  })

  it('makes random bytes of the length asked for', () => {
    expect(crypto.random(16)).toHaveLength(16)
    expect(hex(crypto.random(16))).not.toBe(hex(crypto.random(16)))
  })

  it('hashes as FIPS 180-4 has it', async () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(hex(await crypto.sha256(utf8('abc')))).toBe(expected)
  })

  it.each([
    ['r = 0', zero + one],
    ['s = 0', one + zero],
    ['r = s = 0', zero + zero],
    ['r = n', order + one],
    ['s = n', one + order],
    ['all bits', 'ff'.repeat(64)],
    ['63 bytes', '01'.repeat(63)],
    ['65 bytes', '01'.repeat(65)],
    ['no bytes', ''],
  ])('refuses a signature with %s', async (__, signature) => {
    const key = await crypto.importPublicKey((await crypto.generateKeyPair()).publicJwk)
    expect(await crypto.verify(key, utf8('m'), bytes(signature))).toBe(false)
  })

  it('refuses points that are not on the curve', async () => {
    const { publicJwk } = await crypto.generateKeyPair()
    const { publicJwk: other } = await crypto.generateKeyPair()
    const bad: PublicJwk[] = [
      { ...publicJwk, y: other.y },
      { ...publicJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) },
      { ...publicJwk, x: `${'_'.repeat(42)}8` },
    ]
    for (const jwk of bad) {
      const failure = await Promise.resolve()
        .then(() => crypto.importPublicKey(jwk))
        .catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(HoldfastError)
      expect((failure as HoldfastError).code).toBe('bad_request')
    }
  })

  it('opens nothing that was cut, changed or sealed for something else', async () => {
    const [key, nonce, aad] = [crypto.random(32), crypto.random(12), utf8('about')]
    const sealed = await crypto.seal(key, nonce, aad, utf8('secret'))
    for (let length = 0; length < sealed.length; length++) {
      expect(await crypto.open(key, nonce, aad, sealed.subarray(0, length))).toBeNull()
    }
    for (let i = 0; i < sealed.length; i++) {
      const changed = new Uint8Array(sealed)
      changed[i] = (changed[i] as number) ^ 128
      expect(await crypto.open(key, nonce, aad, changed)).toBeNull()
    }
    expect(await crypto.open(key, nonce, utf8('other'), sealed)).toBeNull()
    expect(await crypto.open(crypto.random(32), nonce, aad, sealed)).toBeNull()
  })

  it('tells a key of the wrong length from a tag that does not verify', async () => {
    const open = async (): Promise<unknown> =>
      crypto.open(new Uint8Array(7), new Uint8Array(12), new Uint8Array(0), new Uint8Array(32))
    await expect(open()).rejects.toThrow()
  })

  describe.skipIf(wycheproof.absent)(wycheproof.title, () => {
    it('ecdsa_secp256r1_sha256_p1363', async () => {
      const wrong: number[] = []
      let count = 0
      for (const { publicKey, tests } of groups<{ msg: string; sig: string }>(
        'ecdsa_secp256r1_sha256_p1363_test.json.gz',
      )) {
        const [x, y] = [publicKey.uncompressed.slice(2, 66), publicKey.uncompressed.slice(66)]
        const jwk = { kty: 'EC', crv: 'P-256', x: toBase64url(bytes(x)), y: toBase64url(bytes(y)) } as const
        const key = await crypto.importPublicKey(jwk)
        for (const { tcId, msg, sig, result } of tests) {
          count++
          if ((await crypto.verify(key, bytes(msg), bytes(sig))) !== (result === 'valid')) wrong.push(tcId)
        }
      }
      expect(wrong).toEqual([])
      expect(count).toBe(262)
    })

    it('hmac_sha256', async () => {
      const wrong: number[] = []
      let count = 0
      for (const { tagSize, tests } of groups<{ key: string; msg: string; tag: string }>(
        'hmac_sha256_test.json.gz',
      )) {
        for (const { tcId, key, msg, tag, result } of tests) {
          count++
          const made = hex(await crypto.hmacSha256(bytes(key), bytes(msg))).slice(0, tagSize / 4)
          if ((made === tag) !== (result === 'valid')) wrong.push(tcId)
        }
      }
      expect(wrong).toEqual([])
      expect(count).toBe(174)
    })

    it('hkdf_sha256', async () => {
      const wrong: number[] = []
      let count = 0
      for (const { tests } of groups<{ ikm: string; salt: string; info: string; size: number; okm: string }>(
        'hkdf_sha256_test.json.gz',
      )) {
        for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
          count++
          const made = await Promise.resolve()
            .then(() => crypto.hkdfSha256(bytes(ikm), bytes(salt), bytes(info), size))
            .then(hex)
            .catch(() => 'refused')
          if ((made === okm) !== (result === 'valid')) wrong.push(tcId)
        }
      }
      expect(wrong).toEqual([])
      expect(count).toBe(86)
    })

    it('aes_gcm with 256-bit keys, 96-bit nonces and 128-bit tags', async () => {
      const wrong: number[] = []
      let count = 0
      type Case = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
      for (const group of groups<Case>('aes_gcm_test.json.gz')) {
        if (group.keySize !== 256 || group.ivSize !== 96 || group.tagSize !== 128) continue
        for (const { tcId, key, iv, aad, msg, ct, tag, result } of group.tests) {
          count++
          const opened = await crypto.open(bytes(key), bytes(iv), bytes(aad), bytes(ct + tag))
          const right = result === 'valid' ? opened !== null && hex(opened) === msg : opened === null
          const sealed = hex(await crypto.seal(bytes(key), bytes(iv), bytes(aad), bytes(msg)))
          if (!right || (result === 'valid' && sealed !== ct + tag)) wrong.push(tcId)
        }
      }
      expect(wrong).toEqual([])
      expect(count).toBeGreaterThan(50)
    })
  })
})
