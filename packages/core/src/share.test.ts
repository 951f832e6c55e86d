import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../test/refusal.ts'
import { nodeCrypto } from './crypto/node.ts'
import {
  openRelease,
  openReleaseWith,
  passcodeWrappingKey,
  presenceWrappingKey,
  sealRelease,
  sealReleaseTo,
  type ShareRelease,
} from './share.ts'

// Derivations and messages are held to vectors/factor.json in test/factor-vectors.test.ts.
const bytes = (length: number): Uint8Array => new Uint8Array(length)

describe('keys that wrap the vault key', () => {
  const right = { deviceShare: bytes(32), serverShare: bytes(32), exportKey: bytes(64), secret: bytes(32) }

  it.each(['deviceShare', 'serverShare', 'exportKey'] as const)(
    'by passcode take %s in its one length',
    async (part) => {
      for (const length of [0, right[part].length - 1, right[part].length + 1]) {
        const parts = { ...right, [part]: bytes(length) }
        await expect(passcodeWrappingKey(parts, nodeCrypto)).rejects.toThrow(TypeError)
      }
    },
  )

  it.each(['secret', 'deviceShare', 'serverShare'] as const)(
    'by presence take %s in its one length',
    async (part) => {
      for (const length of [0, 31, 33]) {
        const parts = { ...right, [part]: bytes(length) }
        await expect(presenceWrappingKey(parts, nodeCrypto)).rejects.toThrow(TypeError)
      }
    },
  )
})

describe('a release', () => {
  const share = 'A'.repeat(43)
  const release: ShareRelease = { number: 1, share, next_share: share, mark: 3, next_mark: 4 }
  const key = bytes(32)
  const seed = bytes(32).fill(1)

  it('is sealed anew each time', async () => {
    expect(await sealRelease(key, release, nodeCrypto)).not.toBe(await sealRelease(key, release, nodeCrypto))
    const { publicKey } = await nodeCrypto.hpke.deriveKeyPair('x25519', seed)
    const seal = () => sealReleaseTo(publicKey, 'challenge', release, nodeCrypto)
    expect(await seal()).not.toBe(await seal())
  })

  it.each(['', 'AA', 'A', 'not base64!', `${'A'.repeat(61)}B`])(
    'is refused as an answer when it is the text %j',
    async (text) => {
      expect(await outcomeOf(() => openRelease(key, text, nodeCrypto))).toBe('answer_refused')
      expect(await outcomeOf(() => openReleaseWith(seed, 'challenge', text, nodeCrypto))).toBe(
        'answer_refused',
      )
    },
  )

  it('goes to no key that is none', async () => {
    const seal = () => sealReleaseTo(bytes(32), 'challenge', release, nodeCrypto)
    expect(await outcomeOf(seal)).toBe('bad_request')
  })
})
