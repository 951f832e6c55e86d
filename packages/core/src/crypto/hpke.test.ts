/** HPKE of both providers against RFC 9180, the X-Wing drafts and Wycheproof, and against each other. */
import { Hmac } from 'node:crypto'
import { type KDF, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256, type KEM } from 'hpke'
import { describe, expect, it, vi } from 'vitest'
import { outsideVectors } from '../../test/outside-vectors.ts'
import { outcomeOf } from '../../test/refusal.ts'
import { utf8 } from '../bytes.ts'
import { portableXWing } from './hpke.ts'
import { nobleCrypto } from './noble.ts'
import { nodeCrypto } from './node.ts'
import { expandSha256 } from './node-hkdf.ts'
import { eraseXWing, nodeXWingKem } from './node-hpke-x-wing.ts'
import { nodeX25519Kem } from './node-hpke-x25519.ts'
import { type MlKem, nativeMlKem, portableMlKem } from './node-ml-kem.ts'
import { agreeX25519, importX25519, x25519Of } from './node-x25519.ts'
import type { CryptoPort, SealingSuite } from './port.ts'
import { webCrypto } from './web.ts'

const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
  ['noble', nobleCrypto({ random: (length) => nodeCrypto.random(length) })],
]
const pairs = providers.flatMap(([a, crypto]) =>
  providers.flatMap(([b, peer]) =>
    crypto.hpke.suites.map((suite) => [`${a} to ${b}, ${suite}`, { crypto, peer, suite }] as const),
  ),
)

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}
const none = new Uint8Array(0)

describe.each(pairs)('%s', (_, { crypto, peer, suite }) => {
  it('opens what was sealed, in order, and exports alike', async () => {
    const seed = crypto.random(32)
    const { publicKey } = await crypto.hpke.deriveKeyPair(suite, seed)
    const mine = await peer.hpke.deriveKeyPair(suite, seed)
    expect(hex(mine.publicKey)).toBe(hex(publicKey))
    const sender = await crypto.hpke.sender(suite, publicKey, utf8('about'))
    const recipient = await peer.hpke.recipient(suite, mine.privateKey, sender.enc, utf8('about'))
    for (const text of ['one', '', 'x'.repeat(5000)]) {
      const sealed = await sender.seal(utf8('aad'), utf8(text))
      expect(await recipient?.open(utf8('other'), sealed)).toBeNull()
      expect(hex((await recipient?.open(utf8('aad'), sealed)) as Uint8Array)).toBe(hex(utf8(text)))
    }
    const exported = await sender.export(utf8('context'), 32)
    expect(hex((await recipient?.export(utf8('context'), 32)) as Uint8Array)).toBe(hex(exported))
  })

  it('opens nothing under another key or info', async () => {
    const [a, b] = [
      await crypto.hpke.deriveKeyPair(suite, crypto.random(32)),
      await peer.hpke.deriveKeyPair(suite, crypto.random(32)),
    ]
    const sender = await crypto.hpke.sender(suite, b.publicKey, none)
    const sealed = await sender.seal(none, utf8('text'))
    const other = await peer.hpke.recipient(suite, b.privateKey, sender.enc, utf8('info'))
    expect(await other?.open(none, sealed)).toBeNull()
    const stranger = await crypto.hpke.recipient(suite, a.privateKey, sender.enc, none)
    expect(await stranger?.open(none, sealed)).toBeNull()
  })
})

const lengths: Readonly<Record<SealingSuite, [key: number, enc: number]>> = {
  x25519: [32, 32],
  'x-wing': [1216, 1120],
}
// RFC 7748 section 6.1: they agree on zero with everybody.
const lowOrder = [
  ['0', '00'.repeat(32)],
  ['1', `01${'00'.repeat(31)}`],
  ['of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  ['of order 8, the other', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
  ['p - 1', `ec${'ff'.repeat(30)}7f`],
  ['p', `ed${'ff'.repeat(30)}7f`],
  ['p + 1', `ee${'ff'.repeat(30)}7f`],
] as const

describe.each(providers)('%s', (_, crypto) => {
  it.each(crypto.hpke.suites)('%s: refuses keys and encapsulated keys of another length', async (suite) => {
    const { publicKey, privateKey } = await crypto.hpke.deriveKeyPair(suite, crypto.random(32))
    const [keyLength, encLength] = lengths[suite]
    expect(publicKey).toHaveLength(keyLength)
    for (const length of [0, 1, keyLength - 1, keyLength + 1]) {
      const sender = () => crypto.hpke.sender(suite, new Uint8Array(length).fill(9), none)
      expect(await outcomeOf(sender)).toBe('bad_request')
    }
    for (const length of [0, 1, encLength - 1, encLength + 1]) {
      expect(await crypto.hpke.recipient(suite, privateKey, new Uint8Array(length).fill(9), none)).toBeNull()
    }
  })

  it.each(crypto.hpke.suites)(
    '%s: an erased key opens nothing, however often it is erased',
    async (suite) => {
      const seed = crypto.random(32)
      const { publicKey, privateKey } = await crypto.hpke.deriveKeyPair(suite, seed)
      const { enc } = await crypto.hpke.sender(suite, publicKey, none)
      const other = await crypto.hpke.deriveKeyPair(suite, seed)
      crypto.hpke.erase(privateKey)
      crypto.hpke.erase(privateKey)
      expect(await crypto.hpke.recipient(suite, privateKey, enc, none)).toBeNull()
      expect(await crypto.hpke.recipient(suite, other.privateKey, enc, none)).not.toBeNull()
    },
  )

  it.each(lowOrder)('x25519: refuses the point %s', async (__, point) => {
    const { privateKey } = await crypto.hpke.deriveKeyPair('x25519', crypto.random(32))
    expect(await outcomeOf(() => crypto.hpke.sender('x25519', bytes(point), none))).toBe('bad_request')
    expect(await crypto.hpke.recipient('x25519', privateKey, bytes(point), none)).toBeNull()
  })

  it.each(lowOrder)('x-wing: refuses the point %s beside a good ML-KEM part', async (__, point) => {
    const { publicKey, privateKey } = await crypto.hpke.deriveKeyPair('x-wing', crypto.random(32))
    const { enc } = await crypto.hpke.sender('x-wing', publicKey, none)
    const [key, mixed] = [publicKey.slice(), enc.slice()]
    key.set(bytes(point), 1184)
    mixed.set(bytes(point), 1088)
    expect(await outcomeOf(() => crypto.hpke.sender('x-wing', key, none))).toBe('bad_request')
    expect(await crypto.hpke.recipient('x-wing', privateKey, mixed, none)).toBeNull()
  })
})

/** Every array of octets that went in or out of a KDF, kept by reference. */
function watchedKdf(): { kdf: KDF; seen: Uint8Array[] } {
  const seen: Uint8Array[] = []
  const kdf = KDF_HKDF_SHA256()
  return {
    seen,
    kdf: {
      ...kdf,
      async Extract(salt, input) {
        const output = await kdf.Extract(salt, input)
        seen.push(input, output)
        return output
      },
      async Expand(prk, info, length) {
        const output = await kdf.Expand(prk, info, length)
        seen.push(prk, output)
        return output
      },
    },
  }
}
const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0)

describe('what a key was derived from', () => {
  it('x25519: is zero when the key is there; the seed is left to whoever gave it', async () => {
    const { kdf: watched, seen } = watchedKdf()
    const seed = nodeCrypto.random(32)
    await nodeX25519Kem(watched).DeriveKeyPair(seed, false)
    expect(seen).toHaveLength(4)
    expect(seen.every(isZero)).toBe(true)
    expect(isZero(seed)).toBe(false)
  })

  it('x-wing: is zero when the key is there, and the private half when it is erased', async () => {
    const seen: Uint8Array[] = []
    const secrets: Uint8Array[] = []
    const watched: MlKem = {
      ...portableMlKem,
      keysOf(seed) {
        const keys = portableMlKem.keysOf(seed)
        seen.push(seed)
        secrets.push(keys.privateKey as unknown as Uint8Array)
        return keys
      },
    }
    const seed = nodeCrypto.random(32)
    const { privateKey } = await nodeXWingKem(watched).DeriveKeyPair(seed, false)
    expect(seen).toHaveLength(1)
    expect(seen.every(isZero)).toBe(true)
    expect(secrets.map(isZero)).toEqual([false])
    eraseXWing(privateKey, watched)
    expect(secrets.map(isZero)).toEqual([true])
    expect(isZero(seed)).toBe(false)
  })

  it('leaves no second copy where it is expanded', () => {
    const spy = vi.spyOn(Hmac.prototype, 'digest')
    const key = expandSha256(nodeCrypto.random(32), utf8('info'), 70)
    const digests = spy.mock.results.map(({ value }) => value as unknown as Uint8Array)
    spy.mockRestore()
    expect(digests).toHaveLength(3)
    expect(digests.every(isZero)).toBe(true)
    expect(isZero(key)).toBe(false)
  })
})

describe.each(providers)('%s', (_, crypto) => {
  // Two coefficients stand in three octets, low bits first: FIPS 203 wants each below 3329 = 0xd01.
  it.each([
    ['the first', 0, [0x01, 0x0d, 0]],
    ['the second', 0, [0, 0x10, 0xd0]],
    ['the last', 1149, [0, 0xf0, 0xff]],
  ] as const)('x-wing: refuses a key in which %s coefficient is too large', async (__, at, octets) => {
    const { publicKey } = await crypto.hpke.deriveKeyPair('x-wing', crypto.random(32))
    const key = publicKey.slice()
    key.set(octets, at)
    expect(await outcomeOf(() => crypto.hpke.sender('x-wing', key, none))).toBe('bad_request')
  })

  it('x-wing: takes the largest coefficients there may be', async () => {
    const { publicKey } = await crypto.hpke.deriveKeyPair('x-wing', crypto.random(32))
    const key = publicKey.slice()
    key.set([0x00, 0x0d, 0xd0], 0)
    expect((await crypto.hpke.sender('x-wing', key, none)).enc).toHaveLength(1120)
  })
})

type Rfc9180 = Record<'ikmR' | 'pkRm' | 'enc' | 'info' | 'shared_secret', string> & {
  mode: number
  kem_id: number
  kdf_id: number
  aead_id: number
  encryptions: Array<Record<'aad' | 'ciphertext' | 'plaintext', string>>
  exports: Array<{ exporter_context: string; L: number; exported_value: string }>
}
type XWing = Record<'sk' | 'pk' | 'ct' | 'ss', string>

const rfc9180 = outsideVectors('rfc9180-hpke')
const xWing = outsideVectors('xwing')
const hpkePq = outsideVectors('hpke-pq')
const wycheproof = outsideVectors('wycheproof')

// Keys are erased: each KEM reads only those it made.
const kdf = KDF_HKDF_SHA256()
const x25519Kems = [
  ['node:crypto', nodeX25519Kem(kdf) as unknown as KEM],
  ['WebCrypto', KEM_DHKEM_X25519_HKDF_SHA256() as unknown as KEM],
] as const
const xWingKems: ReadonlyArray<readonly [string, KEM]> = [
  ['portable', portableXWing()],
  ['node:crypto with portable ML-KEM', nodeXWingKem(portableMlKem)],
  ...(nativeMlKem === undefined
    ? []
    : [['node:crypto', nodeXWingKem(nativeMlKem) as unknown as KEM] as const]),
]

async function checkDecap(kem: KEM, { ikmR, pkRm, enc, shared_secret: expected }: Rfc9180): Promise<void> {
  const pair = await kem.DeriveKeyPair(bytes(ikmR), false)
  expect(hex(await kem.SerializePublicKey(pair.publicKey))).toBe(pkRm)
  const secret = await kem.Decap(bytes(enc), pair.privateKey, pair.publicKey)
  expect(hex(secret)).toBe(expected)
}

describe.skipIf(rfc9180.absent)(rfc9180.title, () => {
  const vectors = rfc9180.absent ? [] : (rfc9180.read('hpke.json.gz') as Rfc9180[])
  // Base and PSK mode share a KEM; the authenticated modes do not.
  const x25519 = vectors.filter(({ mode, kem_id, kdf_id }) => mode < 2 && kem_id === 0x20 && kdf_id === 1)
  const whole = x25519.filter(({ mode, aead_id }) => mode === 0 && aead_id === 2)

  it.each(x25519Kems)('KEM on %s', async (_, kem) => {
    for (const vector of x25519) await checkDecap(kem, vector)
    expect(x25519).toHaveLength(8)
  })

  it.each(providers)('base mode, AES-256-GCM on %s', async (_, { hpke }) => {
    for (const { ikmR, pkRm, enc, info, encryptions, exports } of whole) {
      const { publicKey, privateKey } = await hpke.deriveKeyPair('x25519', bytes(ikmR))
      expect(hex(publicKey)).toBe(pkRm)
      const recipient = await hpke.recipient('x25519', privateKey, bytes(enc), bytes(info))
      if (recipient === null) throw new Error('not opened')
      // The file leaves out sequence numbers after the fourth.
      for (const { aad, ciphertext, plaintext } of encryptions.slice(0, 4))
        expect(hex((await recipient.open(bytes(aad), bytes(ciphertext))) as Uint8Array)).toBe(plaintext)
      for (const { exporter_context: context, L, exported_value: value } of exports)
        expect(hex(await recipient.export(bytes(context), L))).toBe(value)
    }
    expect(whole).toHaveLength(1)
  })
})

describe.skipIf(xWing.absent)(xWing.title, () => {
  it.each(xWingKems)('draft-connolly-cfrg-xwing-kem on %s', async (_, kem) => {
    const vectors = xWing.read('test-vectors.json') as XWing[]
    for (const { sk, ct, ss } of vectors) {
      const key = await kem.DeserializePrivateKey(bytes(sk), false)
      expect(hex(await kem.Decap(bytes(ct), key, undefined))).toBe(ss)
    }
    expect(vectors).toHaveLength(3)
  })
})

describe.skipIf(hpkePq.absent)(hpkePq.title, () => {
  it.each(xWingKems)('X-Wing entries of draft-ietf-hpke-pq on %s', async (_, kem) => {
    const vectors = hpkePq.read('test-vectors.json') as Rfc9180[]
    const ours = vectors.filter(({ kem_id }) => kem_id === 0x647a)
    for (const vector of ours) await checkDecap(kem, vector)
    expect(ours).toHaveLength(2)
  })
})

describe.skipIf(wycheproof.absent)(wycheproof.title, () => {
  it('x25519: agrees where it may, refuses where the result is zero', () => {
    type Case = Record<'public' | 'private' | 'shared', string> & { tcId: number; flags: string[] }
    const { testGroups } = wycheproof.read('x25519_test.json.gz') as {
      testGroups: Array<{ tests: Case[] }>
    }
    const wrong: number[] = []
    let refused = 0
    const cases = testGroups.flatMap(({ tests }) => tests)
    for (const { tcId, flags, ...keys } of cases) {
      const { privateKey } = x25519Of(bytes(keys.private))
      const zero = flags.includes('ZeroSharedSecret')
      try {
        const shared = hex(agreeX25519(privateKey, importX25519(bytes(keys.public))))
        if (zero || shared !== keys.shared) wrong.push(tcId)
      } catch {
        refused++
        if (!zero) wrong.push(tcId)
      }
    }
    expect(wrong).toEqual([])
    expect([cases.length, refused]).toEqual([518, 31])
  })
})
