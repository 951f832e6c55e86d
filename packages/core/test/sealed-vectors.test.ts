/** The vectors of docs/protocol.md 8, and that their generator agrees with RFC 9458 appendix A. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from '../src/bytes.ts'
import { nobleCrypto } from '../src/crypto/noble.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import type { CryptoPort, SealingSuite } from '../src/crypto/port.ts'
import { webCrypto } from '../src/crypto/web.ts'
import {
  decapsulate,
  encodeKeyConfiguration,
  type KeyConfiguration,
  parseKeyConfiguration,
  type SealingKey,
} from '../src/encapsulation.ts'
import { createReplyKey } from '../src/reply.ts'
import { openSealedRequest, sealRequest } from '../src/sealed.ts'
import { outsideVectors } from './outside-vectors.ts'
import { outcome, outcomeOf } from './refusal.ts'

const folder = new URL('../../../vectors/', import.meta.url)
const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
  ['noble', nobleCrypto({ random: (length) => nodeCrypto.random(length) })],
]

type File<Case, More = object> = More & {
  readonly cases: ReadonlyArray<Case & { readonly name: string; readonly expect: string }>
}
function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}
function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

type Message = { readonly body: string }
function asOctets<T extends Message>(message: T): Omit<T, 'body'> & { body: Uint8Array } {
  return { ...message, body: fromBase64url(message.body) }
}
function copied<T extends { readonly body: Uint8Array }>(message: T): T {
  return { ...message, body: new Uint8Array(message.body) }
}

async function keyOf(file: { seed: string; configuration: string }, crypto: CryptoPort): Promise<SealingKey> {
  const configuration = parseKeyConfiguration(fromBase64url(file.configuration)) as KeyConfiguration
  const { publicKey, privateKey } = await crypto.hpke.deriveKeyPair(configuration.suite, bytes(file.seed))
  expect(toBase64url(publicKey)).toBe(toBase64url(configuration.publicKey))
  return { configuration, privateKey }
}

describe('vectors/key-configuration.json', () => {
  type Case = { configuration: string; id?: number; suite?: SealingSuite | null; public_key?: string }
  const { cases } = read('key-configuration.json') as File<Case>
  it.each(cases)('$name: $expect', ({ configuration, id, suite, public_key: key, expect: expected }) => {
    const found: Array<KeyConfiguration | null> = []
    const octets = fromBase64url(configuration)
    expect(outcome(() => found.push(parseKeyConfiguration(octets)))).toBe(expected)
    if (expected !== 'ok') return
    const taken = found[0] && { ...found[0], publicKey: toBase64url(found[0].publicKey) }
    expect(taken).toEqual(suite === null ? null : { id, suite, publicKey: key })
    if (taken !== null && octets.length === encodeKeyConfiguration(found[0] as KeyConfiguration).length)
      expect(toBase64url(encodeKeyConfiguration(found[0] as KeyConfiguration))).toBe(configuration)
  })
})

const sealedFiles = providers.flatMap(([provider, crypto]) =>
  ['sealed-request.json', 'sealed-request-x-wing.json'].map((name) => [name, provider, crypto] as const),
)
describe.each(sealedFiles)('vectors/%s on %s', (name, _, crypto) => {
  type Case = { message: string; request?: Message }
  const file = read(name) as File<Case, { seed: string; configuration: string }>
  it.each(file.cases)('$name: $expect', async ({ message, request, expect: expected }) => {
    const key = await keyOf(file, crypto)
    const opened: unknown[] = []
    const open = async (): Promise<unknown> =>
      opened.push(copied((await openSealedRequest(fromBase64url(message), key, crypto)).request))
    expect(await outcomeOf(open)).toBe(expected)
    if (request !== undefined) expect(opened).toEqual([asOctets(request)])
  })
})

describe.each(providers)('vectors/sealed-answer.json on %s', (_, crypto) => {
  type Case = { answer: string; plaintext?: string; nonce?: string; response?: Message }
  type More = { seed: string; configuration: string; message: string }
  const file = read('sealed-answer.json') as File<Case, More>
  const message = fromBase64url(file.message)

  /** A provider whose next message is the one in the file: its exports are what the recipient has. */
  async function asSender(key: SealingKey): Promise<CryptoPort> {
    const [header, enc] = [message.subarray(0, 7), message.subarray(7, 39)]
    const info = Buffer.concat([Buffer.from('message/bhttp request\0'), header])
    const recipient = await crypto.hpke.recipient('x25519', key.privateKey, enc, info)
    if (recipient === null) throw new Error('the file is broken')
    const context = { enc, seal: async () => message.subarray(39), export: recipient.export.bind(recipient) }
    return { ...crypto, hpke: { ...crypto.hpke, sender: async () => context } }
  }

  it.each(file.cases)('$name: $expect', async ({ answer, response, ...made }) => {
    const key = await keyOf(file, crypto)
    const question = { method: 'GET', scheme: 'https', authority: '', path: '/', fields: [] }
    const sealed = await sealRequest(
      { ...question, body: new Uint8Array(0) },
      key.configuration,
      await asSender(key),
    )
    expect(toBase64url(sealed.message)).toBe(file.message)
    const opened: unknown[] = []
    const open = async (): Promise<unknown> => opened.push(copied(await sealed.open(fromBase64url(answer))))
    expect(await outcomeOf(open)).toBe(made.expect)
    if (response === undefined || made.nonce === undefined || made.plaintext === undefined) return
    expect(opened).toEqual([asOctets(response)])
    const nonce = fromBase64url(made.nonce)
    const { seal } = await decapsulate(message, key, { ...crypto, random: () => nonce })
    expect(toBase64url(await seal(fromBase64url(made.plaintext)))).toBe(answer)
  })
})

describe.each(providers)('vectors/reply.json on %s', (_, crypto) => {
  type Case = { body: string; plaintext?: string }
  const file = read('reply.json') as File<Case, { seed: string; field: string }>
  it.each(file.cases)('$name: $expect', async ({ body, plaintext, expect: expected }) => {
    const key = await createReplyKey({ ...crypto, random: () => bytes(file.seed) })
    expect(key.field).toBe(file.field)
    const opened: string[] = []
    const open = async (): Promise<unknown> =>
      opened.push(Buffer.from(await key.open(fromBase64url(body))).toString())
    expect(await outcomeOf(open)).toBe(expected)
    if (plaintext !== undefined) expect(opened).toEqual([plaintext])
  })
})

type Pair = { readonly scalar: Buffer; readonly publicKey: Buffer }
type Sent = { readonly message: Buffer }
type Ohttp = {
  encapsulate(plaintext: Buffer, to: { id: number; publicKey: Buffer; ephemeral: Pair; aeadId: number }): Sent
  sealAnswer(plaintext: Buffer, nonce: Buffer, sent: Sent): Buffer
}
type Hpke = { readonly pairOf: (scalar: Buffer) => Pair }

const rfc9458 = outsideVectors('rfc9458-ohttp')
describe.skipIf(rfc9458.absent)(rfc9458.title, () => {
  it('appendix A: the generator makes this very request and answer', async () => {
    const ohttp = (await import(new URL('generate/ohttp.mjs', folder).href)) as Ohttp
    const { pairOf } = (await import(new URL('generate/hpke.mjs', folder).href)) as Hpke
    const vector = rfc9458.read('vectors.json') as Record<string, string>
    const octets = (name: string): Buffer => Buffer.from(vector[name] as string, 'hex')
    const [ephemeral, recipient] = [pairOf(octets('skE')), pairOf(octets('skR'))]
    expect(ephemeral.publicKey.toString('hex')).toBe(vector['pkE'])
    const to = { id: 1, publicKey: recipient.publicKey, ephemeral, aeadId: 1 }
    const sent = ohttp.encapsulate(octets('requestBhttp'), to)
    expect(sent.message.toString('hex')).toBe(vector['encapsulatedRequest'])
    const nonce = octets('salt').subarray(32)
    const answer = ohttp.sealAnswer(octets('responseBhttp'), nonce, sent)
    expect(answer.toString('hex')).toBe(vector['encapsulatedResponse'])
  })
})
