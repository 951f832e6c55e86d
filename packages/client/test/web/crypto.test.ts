/** The crypto port in a real browser: against vectors of others, and with Node at the other end. */
import { randomBytes } from 'node:crypto'
import { type SealingSuite, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outsideVectors } from '../../../core/test/outside-vectors.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/crypto.ts'

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const wycheproof = outsideVectors('wycheproof')
const rfc9180 = outsideVectors('rfc9180-hpke')
const suites: readonly SealingSuite[] = ['x25519', 'x-wing']

type Group<Test> = { readonly tests: ReadonlyArray<Test & { tcId: number; result: string }> } & Record<
  string,
  unknown
>

function casesOf<Test, Case>(
  file: string,
  make: (test: Test, group: Group<Test>) => Case | null,
): Array<Case & { id: number; right: boolean }> {
  const { testGroups } = wycheproof.read(file) as { testGroups: Array<Group<Test>> }
  return testGroups.flatMap((group) =>
    group.tests.flatMap((test) => {
      const made = make(test, group)
      return made === null ? [] : [{ ...made, id: test.tcId, right: test.result === 'valid' }]
    }),
  )
}

describe.skipIf(chromiumPath === null)(inChromium('cryptography'), () => {
  let page: StartedPage<typeof api>
  beforeAll(async () => {
    page = await startPage({ entry: pageFile('crypto.ts') })
  })
  afterAll(() => page.close())

  it('signs what Node verifies, and verifies what Node signs', async () => {
    const data = random(1000)
    const { publicJwk, pair } = await page.call('generateKeyPair')
    const signature = await page.call('sign', pair, data)
    expect(signature).toHaveLength(64)
    expect(nodeCrypto.verify(nodeCrypto.importPublicKey(publicJwk), data, signature)).toBe(true)
    const own = nodeCrypto.generateKeyPair()
    const signed = nodeCrypto.sign(own.privateKey, data)
    expect(await page.call('verify', own.publicJwk, data, signed)).toBe(true)
    expect(await page.call('verify', own.publicJwk, utf8('other'), signed)).toBe(false)
    expect(await page.call('verify', own.publicJwk, data, new Uint8Array(64))).toBe(false)
    const { publicJwk: other } = nodeCrypto.generateKeyPair()
    const offCurve = { ...own.publicJwk, y: other.y }
    await expect(page.call('verify', offCurve, data, signed)).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('hashes, and opens what Node sealed', async () => {
    const data = random(100_000)
    expect(await page.call('sha256', data)).toEqual(new Uint8Array(nodeCrypto.sha256(data)))
    const [key, nonce, aad] = [random(32), random(12), utf8('about')]
    const sealed = new Uint8Array(nodeCrypto.seal(key, nonce, aad, data))
    expect(await page.call('open', key, nonce, aad, sealed)).toEqual(data)
    expect(await page.call('open', key, nonce, utf8('else'), sealed)).toBeNull()
  })

  it('has both sealing suites', async () => {
    expect(await page.call('suites')).toEqual(suites)
  })

  it.each(suites)('%s: opens what Node sealed, and seals what Node opens', async (suite) => {
    const [seed, info] = [random(32), utf8('info')]
    const texts = [utf8('one'), new Uint8Array(0), random(5000)]
    const own = await nodeCrypto.hpke.deriveKeyPair(suite, seed)
    expect(await page.call('publicKey', suite, seed)).toEqual(new Uint8Array(own.publicKey))

    const sender = await nodeCrypto.hpke.sender(suite, own.publicKey, info)
    const sealed: Uint8Array[] = []
    for (const text of texts) sealed.push(new Uint8Array(await sender.seal(info, text)))
    const message = { enc: new Uint8Array(sender.enc), sealed }
    const received = await page.call('decapsulate', suite, seed, info, message)
    expect(received?.opened).toEqual(texts)
    expect(received?.exported).toEqual(new Uint8Array(await sender.export(info, 32)))
    const misled = await page.call('decapsulate', suite, seed, utf8('other'), message)
    expect(misled?.opened).toEqual([null, null, null])

    const sent = await page.call('encapsulate', suite, new Uint8Array(own.publicKey), info, texts)
    const recipient = await nodeCrypto.hpke.recipient(suite, own.privateKey, sent.enc, info)
    for (const [i, one] of sent.sealed.entries()) {
      const opened = await recipient?.open(info, one)
      expect(opened && new Uint8Array(opened)).toEqual(texts[i])
    }
    const short = new Uint8Array(own.publicKey).slice(1)
    await expect(page.call('encapsulate', suite, short, info, [])).rejects.toMatchObject({
      code: 'bad_request',
    })
  })

  describe.skipIf(rfc9180.absent)(rfc9180.title, () => {
    it('base mode, x25519, AES-256-GCM', async () => {
      type Vector = Record<'ikmR' | 'pkRm', string> & Record<'mode' | 'kem_id' | 'kdf_id' | 'aead_id', number>
      const vector = (rfc9180.read('hpke.json.gz') as Vector[]).find(
        ({ mode, kem_id, kdf_id, aead_id }) => mode === 0 && kem_id === 0x20 && kdf_id === 1 && aead_id === 2,
      )
      const { ikmR, pkRm } = vector as Vector
      expect(await page.call('publicKey', 'x25519', bytes(ikmR))).toEqual(bytes(pkRm))
    })
  })

  describe.skipIf(wycheproof.absent)(wycheproof.title, () => {
    it('ecdsa_secp256r1_sha256_p1363', async () => {
      type Test = Record<'msg' | 'sig', string>
      const cases = casesOf(
        'ecdsa_secp256r1_sha256_p1363_test.json.gz',
        ({ msg, sig }: Test, { publicKey }) => {
          const { uncompressed } = publicKey as { uncompressed: string }
          const [x, y] = [bytes(uncompressed.slice(2, 66)), bytes(uncompressed.slice(66))]
          const jwk = { kty: 'EC', crv: 'P-256', x: toBase64url(x), y: toBase64url(y) } as const
          return { jwk, message: bytes(msg), signature: bytes(sig) }
        },
      )
      expect(cases).toHaveLength(262)
      expect(await page.call('wrongSignatures', cases)).toEqual([])
    })

    it('hmac_sha256, hkdf_sha256', async () => {
      type Mac = Record<'key' | 'msg' | 'tag', string>
      const macs = casesOf('hmac_sha256_test.json.gz', ({ key, msg, tag }: Mac) => ({
        key: bytes(key),
        message: bytes(msg),
        tag: bytes(tag),
      }))
      expect(macs).toHaveLength(174)
      expect(await page.call('wrongMacs', macs)).toEqual([])
      type Derivation = Record<'ikm' | 'salt' | 'info' | 'okm', string> & { size: number }
      const derivations = casesOf(
        'hkdf_sha256_test.json.gz',
        ({ ikm, salt, info, okm, size }: Derivation) => ({
          ikm: bytes(ikm),
          salt: bytes(salt),
          info: bytes(info),
          okm: bytes(okm),
          size,
        }),
      )
      expect(derivations).toHaveLength(86)
      expect(await page.call('wrongDerivations', derivations)).toEqual([])
    })

    it('aes_gcm with 256-bit keys, 96-bit nonces and 128-bit tags', async () => {
      type Seal = Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', string>
      const cases = casesOf('aes_gcm_test.json.gz', ({ key, iv, aad, msg, ct, tag }: Seal, group) =>
        group['keySize'] === 256 && group['ivSize'] === 96 && group['tagSize'] === 128
          ? {
              key: bytes(key),
              nonce: bytes(iv),
              aad: bytes(aad),
              message: bytes(msg),
              sealed: bytes(ct + tag),
            }
          : null,
      )
      expect(cases.length).toBeGreaterThan(50)
      expect(await page.call('wrongSeals', cases)).toEqual([])
    })
  })
})
