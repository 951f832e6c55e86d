import { describe, expect, it } from 'vitest'
import { outcome, outcomeOf } from '../test/refusal.ts'
import { type BinaryRequest, encodeRequest, maxBinaryHead } from './binary-http.ts'
import { toBase64url, utf8 } from './bytes.ts'
import { nodeCrypto } from './crypto/node.ts'
import type { SealingSuite } from './crypto/port.ts'
import { decapsulate, encapsulate, encodeKeyConfiguration, type SealingKey } from './encapsulation.ts'
import {
  chooseSealingKey,
  maxSealedBody,
  maxSealedMessage,
  openSealedRequest,
  paddedLength,
  sealRequest,
} from './sealed.ts'

async function sealingKey(suite: SealingSuite, id = 1): Promise<SealingKey> {
  const { publicKey, privateKey } = await nodeCrypto.hpke.deriveKeyPair(suite, nodeCrypto.random(32))
  return { configuration: { id, suite, publicKey }, privateKey }
}
const key = await sealingKey('x25519')

const request: BinaryRequest = {
  method: 'POST',
  scheme: 'https',
  authority: 'api.bank.example',
  path: '/transfers',
  fields: [['content-type', 'application/json']],
  body: utf8('{}'),
}
const response = { status: 200, fields: [['a', 'b']] as const, body: utf8('done') }
const withBody = (length: number): BinaryRequest => ({ ...request, body: new Uint8Array(length) })

it.each(['x25519', 'x-wing'] as const)('%s: a request and its answer', async (suite) => {
  const pair = await sealingKey(suite)
  const { message, open } = await sealRequest(request, pair.configuration, nodeCrypto)
  const opened = await openSealedRequest(message, pair, nodeCrypto)
  expect({ ...opened.request, body: Buffer.from(opened.request.body).toString() }).toEqual({
    ...request,
    body: '{}',
  })
  const answer = await open(await opened.seal(response))
  expect([answer.status, answer.fields, Buffer.from(answer.body).toString()]).toEqual([
    200,
    [['a', 'b']],
    'done',
  ])
})

describe('padding', () => {
  it('follows the rule of the paper above its least length', () => {
    const cases = [0, 1, 512, 513, 544, 545, 576, 1000, 1024, 1025, 10_000, 100_000, 2 ** 20 + 1]
    expect(cases.map((length) => [length, paddedLength(length)])).toEqual([
      [0, 512],
      [1, 512],
      [512, 512],
      [513, 544],
      [544, 544],
      [545, 576],
      [576, 576],
      [1000, 1024],
      [1024, 1024],
      [1025, 1088],
      [10_000, 10_240],
      [100_000, 100_352],
      [2 ** 20 + 1, 2 ** 20 + 2 ** 15],
    ])
  })
  it('never shortens, never adds more than 12 %, is done once', () => {
    for (let length = 512; length < 2 ** 24; length += 1 + (length >> 7)) {
      const padded = paddedLength(length)
      expect(padded).toBeGreaterThanOrEqual(length)
      expect(padded).toBeLessThanOrEqual(Math.ceil(length * 1.12))
      expect(paddedLength(padded)).toBe(padded)
    }
  })
  it('leaves few lengths to tell messages apart by, in both directions', async () => {
    const [asked, answered] = [new Set<number>(), new Set<number>()]
    for (let length = 0; length <= 400; length++) {
      const { message } = await sealRequest(withBody(length), key.configuration, nodeCrypto)
      asked.add(message.length)
      const { seal } = await openSealedRequest(message, key, nodeCrypto)
      answered.add((await seal({ ...response, body: new Uint8Array(length) })).length)
    }
    expect([asked.size, answered.size]).toEqual([1, 1])
  })
  it('leaves 345 lengths up to the limit', () => {
    const lengths = new Set<number>()
    for (let length = 0; length <= maxSealedBody; length += 16) lengths.add(paddedLength(length))
    expect(lengths.size).toBe(345)
  })
})

describe('limits', () => {
  it('seals a body of 10 MiB in both directions and none above', async () => {
    const { message, open } = await sealRequest(withBody(maxSealedBody), key.configuration, nodeCrypto)
    expect(message.length).toBeLessThanOrEqual(maxSealedMessage)
    const { request: opened, seal } = await openSealedRequest(message, key, nodeCrypto)
    expect(opened.body.length).toBe(maxSealedBody)
    const answer = await seal({ ...response, body: opened.body })
    expect(answer.length).toBeLessThanOrEqual(maxSealedMessage)
    expect((await open(answer)).body.length).toBe(maxSealedBody)

    const above = maxSealedBody + 1
    expect(await outcomeOf(() => sealRequest(withBody(above), key.configuration, nodeCrypto))).toBe(
      'sealed_body_too_large',
    )
    expect(await outcomeOf(() => seal({ ...response, body: new Uint8Array(above) }))).toBe('answer_too_large')
    const { message: large } = await encapsulate(
      encodeRequest(withBody(above)),
      key.configuration,
      nodeCrypto,
    )
    expect(await outcomeOf(() => openSealedRequest(large, key, nodeCrypto))).toBe('sealed_body_too_large')
  })
  it('opens nothing longer than the longest message', async () => {
    const message = new Uint8Array(maxSealedMessage + 1)
    expect(await outcomeOf(() => openSealedRequest(message, key, nodeCrypto))).toBe('sealed_body_too_large')
    const { open } = await sealRequest(request, key.configuration, nodeCrypto)
    expect(await outcomeOf(() => open(message))).toBe('answer_refused')
  })
  it('has room for the largest head beside the largest body', async () => {
    const fields = Array.from({ length: 63 }, () => ['a', 'x'.repeat(1000)] as const)
    const { message } = await sealRequest(
      { ...withBody(maxSealedBody), fields },
      await sealingKey('x-wing').then(({ configuration }) => configuration),
      nodeCrypto,
    )
    expect(message.length).toBeLessThanOrEqual(maxSealedMessage)
    expect(fields.length * 1004).toBeGreaterThan(maxBinaryHead - 3000)
  })
})

describe('what opens and is no message', () => {
  it('a request', async () => {
    for (const plaintext of ['', '\u0001', 'GET / HTTP/1.1\r\n\r\n']) {
      const { message } = await encapsulate(utf8(plaintext), key.configuration, nodeCrypto)
      expect(await outcomeOf(() => openSealedRequest(message, key, nodeCrypto))).toBe('bad_request')
    }
  })
  it('an answer', async () => {
    const { message, open } = await sealRequest(request, key.configuration, nodeCrypto)
    const { plaintext, seal } = await decapsulate(message, key, nodeCrypto)
    for (const answer of [new Uint8Array(0), utf8('HTTP/1.1 200 OK\r\n\r\n'), plaintext])
      expect(await outcomeOf(async () => open(await seal(answer)))).toBe('answer_refused')
  })
  it('an answer with a line break in a field is not sealed', async () => {
    const { message } = await sealRequest(request, key.configuration, nodeCrypto)
    const { seal } = await openSealedRequest(message, key, nodeCrypto)
    expect(await outcomeOf(() => seal({ ...response, fields: [['a', 'b\r\nc']] }))).toBe('bad_request')
  })
})

describe('choosing a key of the statement', async () => {
  const [classic, hybrid] = [await sealingKey('x25519', 1), await sealingKey('x-wing', 2)]
  const entry = ({ configuration }: SealingKey) => ({
    config: toBase64url(encodeKeyConfiguration(configuration)),
    exp: 1_790_000_000,
  })
  const unknown = { config: toBase64url(Buffer.from(`030010${'11'.repeat(65)}000400010002`, 'hex')), exp: 1 }

  it('takes the first it can use', () => {
    const both = [entry(hybrid), entry(classic)]
    expect(chooseSealingKey(both, ['x25519', 'x-wing'])).toEqual(hybrid.configuration)
    expect(chooseSealingKey(both, ['x25519'])).toEqual(classic.configuration)
    expect(chooseSealingKey([unknown, ...both], ['x-wing'])).toEqual(hybrid.configuration)
  })
  it('finds none where there is none', () => {
    expect(chooseSealingKey(undefined, ['x25519'])).toBeNull()
    expect(chooseSealingKey([], ['x25519'])).toBeNull()
    expect(chooseSealingKey([unknown, entry(hybrid)], ['x25519'])).toBeNull()
    expect(chooseSealingKey([entry(hybrid)], [])).toBeNull()
  })
  it.each(['', 'A', 'AQAg', '!'])('refuses a statement with the entry %j', (config) => {
    expect(outcome(() => chooseSealingKey([{ config, exp: 1 }], ['x25519']))).toBe('statement_refused')
  })
})
