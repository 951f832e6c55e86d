import { fromBase64url, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { describe, expect, test } from 'vitest'
import { refusal } from '../test/stage.ts'
import { createWrapping } from './wrapping.ts'

const key = nodeCrypto.random(32)
const { seal, open, digest } = createWrapping(key, nodeCrypto)
const openLater = async (context: string, sealed: string) => open(context, sealed)

describe('seal', () => {
  test('opens in its place, also after a restart', () => {
    const sealed = seal('place', utf8('secret'))
    expect(createWrapping(key, nodeCrypto).open('place', sealed)).toEqual(Buffer.from('secret'))
    expect(sealed).not.toBe(seal('place', utf8('secret')))
  })

  test('opens nowhere else, and not when touched', async () => {
    const sealed = seal('place', utf8('secret'))
    expect(await refusal(openLater('other', sealed))).toBe('store_unavailable')
    const bytes = fromBase64url(sealed)
    for (const at of [0, 12, bytes.length - 1]) {
      const touched = Uint8Array.from(bytes)
      touched[at] = (touched[at] as number) ^ 1
      expect(await refusal(openLater('place', toBase64url(touched)))).toBe('store_unavailable')
    }
    for (const broken of ['', 'A', '!', sealed.slice(0, 20), sealed.slice(0, -8)]) {
      expect(await refusal(openLater('place', broken))).toBe('store_unavailable')
    }
    const stranger = createWrapping(nodeCrypto.random(32), nodeCrypto)
    expect(await refusal((async () => stranger.open('place', sealed))())).toBe('store_unavailable')
  })
})

describe('digest', () => {
  test('depends on key, context and secret, each for itself', () => {
    const made = digest('ab', 'c')
    expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(digest('ab', 'c')).toBe(made)
    const others = [
      digest('x', 'c'),
      digest('a', 'bc'),
      digest('abc', ''),
      createWrapping(nodeCrypto.random(32), nodeCrypto).digest('ab', 'c'),
    ]
    expect(new Set([made, ...others]).size).toBe(5)
  })
})
