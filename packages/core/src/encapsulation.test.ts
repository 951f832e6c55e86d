import { describe, expect, it } from 'vitest'
import { outsideVectors } from '../test/outside-vectors.ts'
import { outcome, outcomeOf } from '../test/refusal.ts'
import { utf8 } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import type { CryptoPort, SealingSuite } from './crypto/port.ts'
import { webCrypto } from './crypto/web.ts'
import {
  decapsulate,
  encapsulate,
  encodeKeyConfiguration,
  parseKeyConfiguration,
  readEncapsulatedHeader,
  type SealingKey,
} from './encapsulation.ts'

const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
]
const suites: readonly SealingSuite[] = ['x25519', 'x-wing']

async function sealingKey(crypto: CryptoPort, suite: SealingSuite, id = 7): Promise<SealingKey> {
  const { publicKey, privateKey } = await crypto.hpke.deriveKeyPair(suite, crypto.random(32))
  return { configuration: { id, suite, publicKey }, privateKey }
}

function changed(bytes: Uint8Array, at: number, by = 1): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[at] = (copy[at] as number) ^ by
  return copy
}

describe.each(providers)('client on %s', (_, client) => {
  describe.each(providers)('service on %s', (__, service) => {
    it.each(suites)('%s: there and back', async (suite) => {
      const key = await sealingKey(service, suite)
      const { message, open } = await encapsulate(utf8('question'), key.configuration, client)
      expect(readEncapsulatedHeader(message)).toEqual({ keyId: 7, suite })
      const { plaintext, seal } = await decapsulate(message, key, service)
      expect(Buffer.from(plaintext).toString()).toBe('question')
      const answer = await seal(utf8('answer'))
      expect(Buffer.from(await open(answer)).toString()).toBe('answer')
      expect(Buffer.from(answer).equals(Buffer.from(await seal(utf8('answer'))))).toBe(false)
    })
  })
})

describe.each(suites)('%s: what does not open', (suite) => {
  it('refuses every change and every cut alike', async () => {
    const key = await sealingKey(nodeCrypto, suite)
    const { message } = await encapsulate(utf8('question'), key.configuration, nodeCrypto)
    for (let at = 0; at < message.length; at++) {
      const flipped = changed(message, at, 1 << (at & 7))
      expect(await outcomeOf(() => decapsulate(flipped, key, nodeCrypto))).toBe('sealed_request_refused')
      const cut = message.subarray(0, at)
      expect(await outcomeOf(() => decapsulate(cut, key, nodeCrypto))).toBe('sealed_request_refused')
    }
    const longer = Buffer.concat([message, Buffer.alloc(1)])
    expect(await outcomeOf(() => decapsulate(longer, key, nodeCrypto))).toBe('sealed_request_refused')
  }, 120_000)

  it('refuses another key, another id and another suite', async () => {
    const [key, other] = [await sealingKey(nodeCrypto, suite), await sealingKey(nodeCrypto, suite)]
    const { message } = await encapsulate(utf8('question'), key.configuration, nodeCrypto)
    const elsewhere = suites.find((name) => name !== suite) as SealingSuite
    const keys: SealingKey[] = [
      other,
      { ...key, configuration: { ...key.configuration, id: 8 } },
      await sealingKey(nodeCrypto, elsewhere),
    ]
    for (const wrong of keys)
      expect(await outcomeOf(() => decapsulate(message, wrong, nodeCrypto))).toBe('sealed_request_refused')
  })

  it('refuses every change and every cut of an answer, and the answer to another message', async () => {
    const key = await sealingKey(nodeCrypto, suite)
    const mine = await encapsulate(utf8('question'), key.configuration, nodeCrypto)
    const other = await encapsulate(utf8('question'), key.configuration, nodeCrypto)
    const { seal } = await decapsulate(mine.message, key, nodeCrypto)
    const answer = await seal(utf8('answer'))
    for (let at = 0; at < answer.length; at++) {
      expect(await outcomeOf(() => mine.open(changed(answer, at)))).toBe('answer_refused')
      expect(await outcomeOf(() => mine.open(answer.subarray(0, at)))).toBe('answer_refused')
    }
    expect(await outcomeOf(() => other.open(answer))).toBe('answer_refused')
    expect(await outcomeOf(() => mine.open(mine.message))).toBe('answer_refused')
  })
})

describe('the header of a message', () => {
  const good = '07 0020 0001 0002'
  const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')
  it('names key and suite', () => {
    expect(readEncapsulatedHeader(bytes(good))).toEqual({ keyId: 7, suite: 'x25519' })
    expect(readEncapsulatedHeader(bytes('ff 647a 0001 0002 00'))).toEqual({ keyId: 255, suite: 'x-wing' })
  })
  it.each([
    ['nothing', ''],
    ['six octets', '07 0020 0001 00'],
    ['P-256', '07 0010 0001 0002'],
    ['another KDF', '07 0020 0002 0002'],
    ['AES-128-GCM', '07 0020 0001 0001'],
    ['ChaCha20-Poly1305', '07 0020 0001 0003'],
    ['export only', '07 0020 0001 ffff'],
  ])('refuses %s', (_, header) => {
    expect(outcome(() => readEncapsulatedHeader(bytes(header)))).toBe('sealed_request_refused')
  })
})

describe('key configurations', () => {
  it.each(suites)('%s: what is written is read again, and no cut of it', async (suite) => {
    const { configuration } = await sealingKey(nodeCrypto, suite, 255)
    const bytes = encodeKeyConfiguration(configuration)
    expect(parseKeyConfiguration(bytes)).toEqual(configuration)
    for (let length = 0; length < bytes.length; length++)
      expect(outcome(() => parseKeyConfiguration(bytes.subarray(0, length)))).toBe('bad_request')
    expect(outcome(() => parseKeyConfiguration(Buffer.concat([bytes, Buffer.alloc(4)])))).toBe('bad_request')
  })

  const [id, key] = ['07', '11'.repeat(32)]
  const config = (text: string) => parseKeyConfiguration(Buffer.from(text, 'hex'))
  it('finds ours among other symmetric algorithms', () => {
    expect(config(`${id}0020${key}000800010001 00010002`.replaceAll(' ', ''))?.suite).toBe('x25519')
  })
  it.each([
    ['another KEM', `${id}0010${key}`],
    ['other symmetric algorithms', `${id}0020${key}000400010003`],
  ])('null for %s', (_, text) => {
    expect(config(text)).toBeNull()
  })
  it.each([
    ['no algorithms', `${id}0020${key}0000`],
    ['half an algorithm', `${id}0020${key}00020001`],
    ['a length that is not there', `${id}0020${key}000800010002`],
    ['more than its length', `${id}0020${key}00040001000200010002`],
  ])('refuses %s', (_, text) => {
    expect(outcome(() => config(text))).toBe('bad_request')
  })
  it('seals to no key that is none', async () => {
    const configuration = { id: 1, suite: 'x25519', publicKey: new Uint8Array(32) } as const
    expect(await outcomeOf(() => encapsulate(utf8('a'), configuration, nodeCrypto))).toBe('bad_request')
  })
})

const rfc9458 = outsideVectors('rfc9458-ohttp')
describe.skipIf(rfc9458.absent)(rfc9458.title, () => {
  it('appendix A: its key configuration is well-formed and offers no suite of ours', () => {
    const { keyConfig } = rfc9458.read('vectors.json') as { keyConfig: string }
    expect(parseKeyConfiguration(Buffer.from(keyConfig, 'hex'))).toBeNull()
  })
})
