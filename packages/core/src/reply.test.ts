import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../test/refusal.ts'
import { toBase64url, utf8 } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import type { CryptoPort } from './crypto/port.ts'
import { webCrypto } from './crypto/web.ts'
import { createReplyKey, isReplyKey, sealReply } from './reply.ts'

const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
]

describe.each(providers)('app on %s', (_, app) => {
  it.each(providers)('backend on %s: only the app reads the reply', async (__, backend) => {
    const key = await createReplyKey(app)
    expect(isReplyKey(key.field)).toBe(true)
    const body = await sealReply(key.field, utf8('4711'), backend)
    expect(body).toHaveLength(32 + 4 + 16)
    expect(Buffer.from(await key.open(body)).toString()).toBe('4711')
    const other = await createReplyKey(app)
    expect(await outcomeOf(() => other.open(body))).toBe('reply_refused')
  })

  it('opens nothing that was cut, lengthened or changed', async () => {
    const key = await createReplyKey(app)
    const body = await sealReply(key.field, utf8('4711'), nodeCrypto)
    for (let at = 0; at < body.length; at++) {
      expect(await outcomeOf(() => key.open(body.subarray(0, at)))).toBe('reply_refused')
      const changed = new Uint8Array(body)
      changed[at] = (changed[at] as number) ^ 1
      expect(await outcomeOf(() => key.open(changed))).toBe('reply_refused')
    }
    expect(await outcomeOf(() => key.open(Buffer.concat([body, Buffer.alloc(1)])))).toBe('reply_refused')
    expect(await outcomeOf(() => key.open(new Uint8Array(48)))).toBe('reply_refused')
  })

  it('opens nothing sealed for another purpose', async () => {
    const key = await createReplyKey(app)
    const publicKey = Buffer.from(key.field, 'base64url')
    const sender = await app.hpke.sender('x25519', publicKey, utf8('holdfast reply v2'))
    const sealed = await sender.seal(new Uint8Array(0), utf8('4711'))
    expect(await outcomeOf(() => key.open(Buffer.concat([sender.enc, sealed])))).toBe('reply_refused')
  })

  it.each([
    ['', 'no key'],
    ['A'.repeat(42), 'too short'],
    ['A'.repeat(44), 'too long'],
    [`${'A'.repeat(42)}B`, 'not canonical'],
    [`${'A'.repeat(42)}=`, 'padded'],
    ['A'.repeat(43), 'the point zero'],
    [toBase64url(Uint8Array.of(1, ...new Uint8Array(31))), 'the point one'],
  ])('seals to no key that is none: %j, %s', async (field) => {
    expect(await outcomeOf(() => sealReply(field, utf8('4711'), app))).toBe('bad_request')
  })
})

it('a new key each time', async () => {
  expect((await createReplyKey(nodeCrypto)).field).not.toBe((await createReplyKey(nodeCrypto)).field)
})
