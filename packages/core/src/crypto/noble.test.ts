/** What is this provider's own; the rest is in the suite of all providers. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { concat, fromBase64url, utf8 } from '../bytes.ts'
import { parseKeyConfiguration } from '../encapsulation.ts'
import { nobleCrypto } from './noble.ts'
import { nodeCrypto } from './node.ts'

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const none = new Uint8Array(0)
const sourceOf = { random: (length: number): Uint8Array => nodeCrypto.random(length) }

describe('random octets', () => {
  /** The same octets for whoever asks in the same order, and the lengths asked for. */
  function counted(): { asked: number[]; random: (length: number) => Uint8Array } {
    const asked: number[] = []
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(asked.push(length))
    return { asked, random }
  }

  async function everything({ random }: { random: (length: number) => Uint8Array }): Promise<string[]> {
    const crypto = nobleCrypto({ random })
    const { privateKey, publicJwk } = crypto.generateKeyPair()
    const made = [publicJwk.x, hex(crypto.sign(privateKey, utf8('text')))]
    for (const suite of crypto.hpke.suites) {
      const { publicKey } = await crypto.hpke.deriveKeyPair(suite, new Uint8Array(32))
      made.push(hex((await crypto.hpke.sender(suite, publicKey, none)).enc))
    }
    return made
  }

  it('come from the given source alone, also those of HPKE', async () => {
    const [first, second] = [counted(), counted()]
    expect(await everything(first)).toEqual(await everything(second))
    expect(first.asked).toEqual([48, 32, 32, 64])
    expect(await everything(sourceOf)).not.toEqual(await everything(sourceOf))
  })

  it('refuses a source that gives too few', () => {
    const crypto = nobleCrypto({ random: () => new Uint8Array(16) })
    expect(() => crypto.generateKeyPair()).toThrow(TypeError)
    expect(() => crypto.random(32)).toThrow(TypeError)
    expect(crypto.random(16)).toHaveLength(16)
  })
})

it('encapsulates X-Wing as the vectors have it', async () => {
  type Sealed = { ephemeral_key: string; ml_kem_randomness: string; message: string; expect: string }
  const file = new URL('../../../../vectors/sealed-request-x-wing.json', import.meta.url)
  const { configuration, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    configuration: string
    cases: Sealed[]
  }
  const { publicKey } = parseKeyConfiguration(fromBase64url(configuration)) ?? { publicKey: none }
  const good = cases.filter((one) => one.expect === 'ok')
  for (const { ml_kem_randomness: first, ephemeral_key: second, message } of good) {
    const octets = concat(Buffer.from(first, 'hex'), Buffer.from(second, 'hex'))
    const { enc } = await nobleCrypto({ random: () => octets }).hpke.sender('x-wing', publicKey, none)
    expect(hex(enc)).toBe(hex(fromBase64url(message).subarray(7, 7 + 1120)))
  }
  expect(good.length).toBeGreaterThan(0)
})

describe('a private key', () => {
  it('shows nothing of itself', () => {
    const { privateKey } = nobleCrypto(sourceOf).generateKeyPair()
    expect(JSON.stringify(privateKey)).toBe('{}')
    expect(Object.getOwnPropertyNames(privateKey)).toEqual([])
  })
})

it('takes no nonce of another length', () => {
  const crypto = nobleCrypto(sourceOf)
  const key = crypto.random(32)
  expect(() => crypto.seal(key, new Uint8Array(16), none, none)).toThrow(TypeError)
  expect(() => crypto.open(key, new Uint8Array(8), none, new Uint8Array(32))).toThrow(TypeError)
})
