/** Answers of the backend that the service signs: routes with `answer: signed` (docs/protocol.md 3.8). */
import { type AnswerAuthor, fieldsOf, maxSealedBody, type RouteRule, signAnswer, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, forged, sentTo, to, type Unlocked, unlocked } from '../test/rig.ts'
import { streamOf } from './answer.ts'
import type { NetworkAnswer, NetworkRequest, Outgoing } from './ports.ts'

const routes: RouteRule[] = [
  { path: '/signed/*', policy: 'signed', signer: 'any', fields: [], answer: 'signed' },
]
const path = '/signed/balance'

let all: Unlocked
beforeEach(async () => {
  all = await unlocked({ routes })
})

type Parts = { status: number; contentType: string; body: Uint8Array }

/** The answer as the gateway signs it, to this request or to another. */
async function sign(
  parts: Parts,
  { method, url, fields }: Outgoing,
  author: AnswerAuthor = 'backend',
): Promise<NetworkAnswer> {
  const { kid, privateKey: key } = all.world.deployment.keys.token()
  const request = { method, targetUri: url, fields: fieldsOf(fields) }
  const signed = await signAnswer({ ...parts, author, request, created: 1_790_000_000, key, kid }, nodeCrypto)
  const rawFields = [
    'content-type',
    parts.contentType,
    'x-note',
    'anybody’s',
    ...Object.entries(signed).flat(),
  ]
  return { status: parts.status, rawFields, body: streamOf(parts.body) }
}

const parts: Parts = { status: 200, contentType: 'application/json', body: utf8('{"cents":100}') }

/** The service in front of the backend, and what somebody behind it does to each answer. */
function gateway(change: (answer: NetworkAnswer, nth: number) => NetworkAnswer = (answer) => answer): void {
  let nth = 0
  all.phone.network.rewrite({
    answer: async (answer, request) =>
      to(path)(request) ? change(await sign(parts, request), nth++) : answer,
  })
}

it.each([
  ['a body', async () => Response.json({ cents: 100 })],
  ['fields of any form', async () => Response.json({}, { headers: { 'x-name': 'gr\xfcn' } })],
  ['no type', async () => new Response(new Uint8Array(utf8('x')))],
  ['no body', async () => new Response(null, { status: 204 })],
] as const)('the library signs what the client takes: %s', async (_what, backend) => {
  all = await unlocked({ routes, backend })
  const whole = await backend()
  const answer = await all.session.fetch(path)
  expect([answer.status, await answer.text()]).toEqual([whole.status, await whole.text()])
})

describe('an answer of a route that signs them', () => {
  it('has what was signed, and nothing else', async () => {
    gateway()
    const answer = await all.session.fetch(path)
    expect(answer.status).toBe(200)
    expect([...answer.headers]).toEqual([['content-type', 'application/json']])
    expect(await answer.json()).toEqual({ cents: 100 })
  })

  it('may have any status', async () => {
    all.phone.network.rewrite({
      answer: (answer, request) => (to(path)(request) ? sign({ ...parts, status: 404 }, request) : answer),
    })
    expect((await all.session.fetch(path)).status).toBe(404)
  })

  const changes: Array<[string, (answer: NetworkAnswer) => NetworkAnswer]> = [
    ['its status was changed', (answer) => ({ ...answer, status: 201 })],
    ['its body was changed', (answer) => ({ ...answer, body: streamOf(utf8('{"cents":999}')) })],
    ['its body was taken away', (answer) => ({ ...answer, body: streamOf(new Uint8Array(0)) })],
    ['its type was changed', (answer) => ({ ...answer, rawFields: answer.rawFields.with(1, 'text/html') })],
    ['it is not signed', (answer) => ({ ...answer, rawFields: answer.rawFields.slice(0, 2) })],
    [
      'it comes twice over',
      (answer) => ({ ...answer, rawFields: [...answer.rawFields, ...answer.rawFields] }),
    ],
    [
      'it is longer than any',
      (answer) => {
        const piece = new Uint8Array(2 ** 20)
        let sent = 0
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) =>
            sent++ * piece.length > maxSealedBody ? controller.close() : controller.enqueue(piece),
        })
        return { ...answer, body }
      },
    ],
  ]
  it.each(changes)('is asked for again, and refused in the end: %s', async (_what, change) => {
    gateway((answer, nth) => (nth === 0 ? change(answer) : answer))
    expect((await all.session.fetch(path)).status).toBe(200)
    gateway(change)
    expect(await codeOf(all.session.fetch(path))).toBe('answer_refused')
  })

  it('is not taken for the answer to another request', async () => {
    let first: Outgoing | null = null
    all.phone.network.rewrite({
      async answer(answer, request) {
        if (!to(path)(request)) return answer
        first ??= request
        return sign(parts, first)
      },
    })
    expect((await all.session.fetch(path)).status).toBe(200)
    expect(await codeOf(all.session.fetch(path))).toBe('answer_refused')
  })

  it('is not believed unsigned after a payment, which runs once all the same', async () => {
    gateway((answer) => ({ ...answer, rawFields: answer.rawFields.slice(0, 2) }))
    const before = all.world.executed.length
    expect(await codeOf(all.session.fetch(path, { method: 'POST', body: 'x' }))).toBe('answer_refused')
    expect(sentTo(all.phone, path)).toHaveLength(4)
    expect(all.world.executed.slice(before)).toEqual([`POST ${path} x`])
  })

  it('is not handed over before all of it has come', async () => {
    all.phone.network.rewrite({
      async answer(answer, request) {
        if (!to(path)(request)) return answer
        const signed = await sign(parts, request)
        const body = new ReadableStream<Uint8Array>({
          start(controller): void {
            controller.enqueue(parts.body.slice(0, 5))
            controller.error(new Error('reset'))
          },
        })
        return { ...signed, body }
      },
    })
    expect(await codeOf(all.session.fetch(path))).toBe('network_unreachable')
  })

  it('has to come whole in time', async () => {
    const covers: unknown[] = []
    const { network } = all.phone.platform
    const noting = async (request: NetworkRequest): Promise<NetworkAnswer> => {
      if (to(path)(request) || to('/accounts')(request)) covers.push(request.timeoutCovers)
      return network(request)
    }
    const client = all.world.client({ ...all.phone, platform: { ...all.phone.platform, network: noting } })
    const session = await client.unlock()
    await session.fetch(path)
    await session.fetch('/accounts')
    expect(covers).toEqual(['answer', 'head'])
  })

  it('is no refusal for having been forged as one', async () => {
    all.phone.network.forge(to(path), forged('session_ended'))
    expect(await codeOf(all.session.fetch(path))).toBe('unverified_refusal')
    all.phone.network.calm()
    gateway()
    expect((await all.session.fetch(path)).status).toBe(200)
  })
})

describe('what a backend says is not taken for a refusal of the service', () => {
  const codes = JSON.stringify({ code: 'device_revoked' })
  const problem = { 'content-type': 'application/problem+json' }
  const refusing = [
    ['of JSON', 200, { 'content-type': 'application/json' }],
    ['that looks like a problem in all it says', 403, problem],
  ] as const
  it.each(refusing)('when somebody in the line marks a signed answer %s', async (_what, status, headers) => {
    all = await unlocked({ routes, backend: async () => new Response(codes, { status, headers }) })
    const { phone, client, session } = all
    expect((await session.fetch(path)).status).toBe(status)
    phone.network.rewrite({
      answer: (answer, request) =>
        to(path)(request)
          ? { ...answer, rawFields: [...answer.rawFields, 'holdfast-error', 'device_revoked'] }
          : answer,
    })
    expect(await codeOf(session.fetch(path))).toBe('unverified_refusal')
    expect(await client.status()).toBe('enrolled')
    phone.network.calm()
    expect((await session.fetch(path)).status).toBe(status)
  })

  it.each([
    ['with the status of an answer', { status: 200, contentType: 'application/problem+json' }],
    ['with the type of an answer', { status: 403, contentType: 'application/json' }],
  ])('nor is any answer of the service %s', async (_what, form) => {
    all.phone.network.rewrite({
      async answer(answer, request) {
        if (!to(path)(request)) return answer
        const own = await sign({ ...form, body: utf8(codes) }, request, 'service')
        return { ...own, rawFields: [...own.rawFields, 'holdfast-error', 'device_revoked'] }
      },
    })
    expect(await codeOf(all.session.fetch(path))).toBe('unverified_refusal')
    expect(await all.client.status()).toBe('enrolled')
  })

  it.each([false, true])('and not when it says so itself, sealed: %s', async (sealed) => {
    const marked = { ...problem, 'holdfast-error': 'device_revoked' }
    const backend = async (): Promise<Response> => new Response(codes, { status: 403, headers: marked })
    all = await unlocked({ routes, backend, deployment: { sealing: { suites: ['x25519'] } } })
    for (const target of [path, '/accounts']) {
      const answer = await all.session.fetch(target, { sealed })
      expect([answer.status, answer.headers.get('holdfast-error')]).toEqual([403, null])
    }
    expect(await all.client.status()).toBe('enrolled')
  })
})

it('a refusal of the service is not taken for what the backend said, once its mark is gone', async () => {
  all = await unlocked({ routes, backend: () => Promise.reject(new Error('after the money moved')) })
  all.phone.network.rewrite({
    answer(answer, request) {
      if (!to(path)(request)) return answer
      const at = answer.rawFields.indexOf('holdfast-error')
      return { ...answer, rawFields: answer.rawFields.toSpliced(at, 2) }
    },
  })
  const attempt = all.session.fetch(path, { method: 'POST', body: 'x' })
  expect(await codeOf(attempt)).toBe('answer_refused')
})
