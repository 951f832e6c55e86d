import { fromBase64url, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { describe, expect, test } from 'vitest'
import { refusal } from '../test/stage.ts'
import { createWrapping, rootsOf, type Wrapping } from './wrapping.ts'

const key = nodeCrypto.random(32)
const digestKey = nodeCrypto.random(32)

/** The first key makes, all are accepted. */
function wrappingOf(...wrappingKeys: readonly Uint8Array[]): Wrapping {
  const roots = wrappingKeys.map((one) => rootsOf(one, nodeCrypto))
  const current = () => roots[0] as (typeof roots)[0]
  return createWrapping({ current, accepted: () => roots, digest: digestKey }, nodeCrypto)
}
const { seal, open, digest, mac, isMac } = wrappingOf(key)
const openLater = async (context: string, sealed: string) => open(context, sealed)

describe('seal', () => {
  test('opens in its place, also after a restart', () => {
    const sealed = seal('place', utf8('secret'))
    expect(wrappingOf(key).open('place', sealed)).toEqual(Buffer.from('secret'))
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
    const stranger = wrappingOf(nodeCrypto.random(32))
    expect(await refusal((async () => stranger.open('place', sealed))())).toBe('store_unavailable')
  })
})

describe('a new wrapping key', () => {
  const next = nodeCrypto.random(32)
  const before = wrappingOf(key, next)
  const after = wrappingOf(next, key)
  const atLast = wrappingOf(next)

  test('opens what the old one sealed, and is opened by nodes whose clock is behind', async () => {
    expect(after.open('place', before.seal('place', utf8('secret')))).toEqual(Buffer.from('secret'))
    expect(before.open('place', after.seal('place', utf8('secret')))).toEqual(Buffer.from('secret'))
    const old = before.seal('place', utf8('secret'))
    expect(await refusal((async () => atLast.open('place', old))())).toBe('store_unavailable')
  })

  test('the same for MACs; digests stay as they are', () => {
    const old = before.mac('place', 'text')
    expect(after.mac('place', 'text')).not.toBe(old)
    expect(after.isMac('place', 'text', old)).toBe(true)
    expect(before.isMac('place', 'text', after.mac('place', 'text'))).toBe(true)
    expect(atLast.isMac('place', 'text', old)).toBe(false)
    expect(after.digest('place', 'text')).toBe(before.digest('place', 'text'))
  })
})

test('what is sealed for good opens under any wrapping key, in its place alone, and is no other seal', async () => {
  const sealed = wrappingOf(key).sealForGood('place', utf8('secret'))
  expect(wrappingOf(nodeCrypto.random(32)).openForGood('place', sealed)).toEqual(Buffer.from('secret'))
  const wrong = [
    () => wrappingOf(key).openForGood('other', sealed),
    () => wrappingOf(key).openForGood('place', `${sealed}AAAA`),
    () => wrappingOf(key).openForGood('place', seal('place', utf8('secret'))),
    () => wrappingOf(key, digestKey).open('place', sealed),
  ]
  for (const opening of wrong) expect(await refusal((async () => opening())())).toBe('store_unavailable')
})

test('a MAC is of its context and text alone', () => {
  const made = mac('ab', 'c')
  expect(isMac('ab', 'c', made)).toBe(true)
  for (const [context, text, given] of [
    ['a', 'bc', made],
    ['ab', 'd', made],
    ['ab', 'c', ''],
    ['ab', 'c', `${made}x`],
  ] as const)
    expect(isMac(context, text, given)).toBe(false)
})

describe('digest', () => {
  test('depends on key, context and secret, each for itself', () => {
    const made = digest('ab', 'c')
    expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(digest('ab', 'c')).toBe(made)
    const others = [digest('x', 'c'), digest('a', 'bc'), digest('abc', ''), mac('ab', 'c')]
    expect(new Set([made, ...others]).size).toBe(5)
  })
})
