import { contentDigest, fieldsOf, parseRequestSignature, type RouteRule, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, forged, origin, sentTo, to, type Unlocked, unlocked } from '../test/rig.ts'
import type { FetchInit } from './fetch.ts'

const routes: RouteRule[] = [
  { path: '/public/*', policy: 'open', signer: 'any', fields: [] },
  { path: '/transfers', methods: ['POST'], policy: 'signed', signer: 'device', fields: ['x-purpose'] },
]
const payments = '/payments'

let all: Unlocked
beforeEach(async () => {
  all = await unlocked({ routes })
})

const pay = (init: FetchInit = {}): Promise<Response> =>
  all.session.fetch(payments, { method: 'POST', body: 'ten euros', ...init })
const executed = (): number => all.world.executed.filter((line) => line.startsWith(`POST ${payments}`)).length
const keyOf = (request: { fields: ReadonlyArray<readonly [string, string]> }): string | undefined =>
  fieldsOf(request.fields).get('idempotency-key')

describe('fetch', () => {
  it('reads and writes, by path and by URL', async () => {
    const { session } = all
    expect(await (await session.fetch('/accounts?page=2')).json()).toEqual({ method: 'GET', body: '' })
    expect(await (await session.fetch(`${origin}/accounts`)).json()).toEqual({ method: 'GET', body: '' })
    expect(await (await session.fetch(new URL('/accounts', origin))).json()).toBeDefined()
    expect(await (await pay()).json()).toEqual({ method: 'POST', body: 'ten euros' })
  })

  it('signs with the key and the fields the route asks for', async () => {
    await all.session.fetch('/accounts')
    await all.session.fetch('/transfers', { method: 'POST', headers: { 'X-Purpose': 'rent' } })
    const [read] = sentTo(all.phone, '/accounts')
    const [transfer] = sentTo(all.phone, '/transfers')
    const [device] = sentTo(all.phone, '/holdfast/token')
    const signatureOf = (request: typeof read): ReturnType<typeof parseRequestSignature> =>
      parseRequestSignature(fieldsOf(request?.fields ?? []))
    const deviceKey = signatureOf(device).parameters.keyid
    expect(signatureOf(read).parameters.keyid).not.toBe(deviceKey)
    expect(signatureOf(transfer).parameters.keyid).toBe(deviceKey)
    expect(signatureOf(transfer).components).toContain('x-purpose')
  })

  it.each([
    ['text', 'ä', 'text/plain;charset=UTF-8', 'ä'],
    ['bytes', utf8('raw'), null, 'raw'],
    [
      'parameters',
      new URLSearchParams({ a: '1 2' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=1+2',
    ],
    ['a blob', new Blob(['{}'], { type: 'application/json' }), 'application/json', '{}'],
    ['nothing', null, null, ''],
  ] as const)('sends %s as the web does', async (_name, body, type, text) => {
    const answer = await pay({ body })
    expect(((await answer.json()) as { body: string }).body).toBe(text)
    const [sent] = sentTo(all.phone, payments)
    const fields = fieldsOf(sent?.fields ?? [])
    expect(fields.get('content-type') ?? null).toBe(type)
    expect(fields.get('content-digest')).toBe(await contentDigest(utf8(text), nodeCrypto))
  })

  it('sends the bytes as they were when it was called', async () => {
    const body = utf8('one')
    const answer = pay({ body })
    body.fill(0)
    expect(((await (await answer).json()) as { body: string }).body).toBe('one')
  })

  it('sends nothing on an open route but the request', async () => {
    await all.session.fetch('/public/rates')
    const fields = fieldsOf(sentTo(all.phone, '/public/rates')[0]?.fields ?? [])
    expect([...fields.keys()]).toEqual([])
  })

  it('sends an unsafe request on an open route once', async () => {
    all.phone.network.loseAnswer(1, to('/public/vote'))
    expect(await codeOf(all.session.fetch('/public/vote', { method: 'POST' }))).toBe('network_unreachable')
    expect(sentTo(all.phone, '/public/vote')).toHaveLength(1)
  })

  const misuses: Array<[string, string, FetchInit]> = [
    ['another origin', 'https://evil.example/accounts', {}],
    ['another origin without a scheme', '//evil.example/accounts', {}],
    ['an origin that begins alike', `${origin}.evil.example/`, {}],
    ['a user in the URL', `${origin}@evil.example/`, {}],
    ['a relative path', 'accounts', {}],
    ['a path with two readings', '/a//b', {}],
    ['an encoded letter', '/%61ccounts', {}],
    ['a body on GET', '/accounts', { body: 'x' }],
    ['a method of its own', '/accounts', { method: 'TRACE' }],
    ['a field of ours', '/accounts', { headers: { authorization: 'Bearer x' } }],
    ['a field of the gateway', '/accounts', { headers: { 'Holdfast-User': 'bob' } }],
    ['a value that cannot be signed', '/accounts', { headers: { 'x-name': 'é' } }],
    ['a short Idempotency-Key', '/accounts', { method: 'POST', idempotencyKey: 'short' }],
    ['an Idempotency-Key for GET', '/accounts', { idempotencyKey: 'x'.repeat(20) }],
  ]
  it.each(misuses)('takes %s for misuse and sends nothing', async (_name, input, init) => {
    const before = all.phone.network.exchanges.length
    await expect(all.session.fetch(input, init)).rejects.toThrow(TypeError)
    expect(all.phone.network.exchanges).toHaveLength(before)
  })

  it('rejects with the caller’s reason when aborted, and sends nothing more', async () => {
    const controller = new AbortController()
    controller.abort(new RangeError('enough'))
    await expect(all.session.fetch('/accounts', { signal: controller.signal })).rejects.toThrow(RangeError)
    expect(sentTo(all.phone, '/accounts')).toHaveLength(0)
  })
})

describe('answers', () => {
  it('of the backend are returned whatever their status, and streamed', async () => {
    const parts = ['one', 'two', 'three']
    const backend = async (): Promise<Response> =>
      new Response(
        new ReadableStream({
          pull(controller): void {
            const part = parts.shift()
            if (part === undefined) controller.close()
            else controller.enqueue(utf8(part))
          },
        }),
        { status: 418, headers: { 'content-type': 'text/event-stream' } },
      )
    const { session } = await unlocked({ backend })
    const answer = await session.fetch('/stream')
    expect(answer.status).toBe(418)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(await answer.text()).toBe('onetwothree')
  })

  it('without a body are returned too', async () => {
    const { session } = await unlocked({ backend: async () => new Response(null, { status: 204 }) })
    expect((await session.fetch('/accounts', { method: 'DELETE' })).status).toBe(204)
  })

  it('that break off reject with our error', async () => {
    all.phone.network.rewrite({
      answer: (answer) => ({
        ...answer,
        body: new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }),
      }),
    })
    const answer = await all.session.fetch('/accounts')
    expect(await codeOf(answer.text())).toBe('network_unreachable')
  })

  it.each([
    ['the status 600', { status: 600 }],
    ['the status 999', { status: 999 }],
    ['the status 101', { status: 101 }],
    ['a field no reader takes', { rawFields: ['not a name', 'x'] }],
  ])(
    'with %s after a payment say that its outcome is unknown; it is not run again',
    async (_what, change) => {
      const idempotencyKey = 'payment-2026-000001'
      let cancelled = 0
      const body = (): ReadableStream<Uint8Array> => new ReadableStream({ cancel: () => void cancelled++ })
      all.phone.network.rewrite({ answer: (answer) => ({ ...answer, body: body(), ...change }) })
      expect(await codeOf(pay({ idempotencyKey }))).toBe('outcome_unknown')
      expect(await codeOf(all.session.fetch('/accounts'))).toBe('upstream_invalid')
      expect(sentTo(all.phone, payments)).toHaveLength(1)
      expect(cancelled).toBe(2)
      all.phone.network.calm()
      expect((await pay({ idempotencyKey })).headers.get('holdfast-repeated')).toBe('true')
      expect(executed()).toBe(1)
    },
  )

  it('that redirect are not followed', async () => {
    const { session, phone } = await unlocked({
      backend: async () => new Response(null, { status: 302, headers: { location: '/elsewhere' } }),
    })
    expect((await session.fetch('/accounts')).status).toBe(302)
    expect(sentTo(phone, '/elsewhere')).toHaveLength(0)
  })
})

describe('a write on a bad line', () => {
  it.each([1, 2, 3])('is executed once when its answer is lost %i times', async (times) => {
    all.phone.network.loseAnswer(times, to(payments))
    const answer = await pay()
    expect(answer.headers.get('holdfast-repeated')).toBe('true')
    expect(executed()).toBe(1)
    const sent = sentTo(all.phone, payments)
    expect(new Set(sent.map(keyOf)).size).toBe(1)
    expect(new Set(sent.map(({ fields }) => fieldsOf(fields).get('signature'))).size).toBe(times + 1)
  })

  it('is given up after a bounded number of tries, and can be continued under its key', async () => {
    const idempotencyKey = 'payment-2026-000001'
    all.phone.network.loseAnswer(100, to(payments))
    expect(await codeOf(pay({ idempotencyKey }))).toBe('network_unreachable')
    expect(sentTo(all.phone, payments)).toHaveLength(4)
    all.phone.network.calm()
    const later = await all.world.client(all.phone).unlock()
    const answer = await later.fetch(payments, { method: 'POST', body: 'ten euros', idempotencyKey })
    expect(answer.headers.get('holdfast-repeated')).toBe('true')
    expect(executed()).toBe(1)
    const other = later.fetch(payments, { method: 'POST', body: 'twenty', idempotencyKey })
    expect(await codeOf(other)).toBe('idempotency_key_reused')
  })

  it('is executed once when the network delivers it twice', async () => {
    all.phone.network.duplicate(1, to(payments))
    expect((await pay()).status).toBe(200)
    expect(executed()).toBe(1)
  })

  it.each(['upstream_unreachable', 'digest_mismatch', 'overloaded', 'request_in_progress'])(
    'is executed once although a forged %s follows its execution',
    async (code) => {
      let forging = true
      all.phone.network.rewrite({
        async answer(answer, request) {
          if (!forging || !to(payments)(request)) return answer
          forging = false
          const refusal = forged(code, 503)
          const body = new Response(refusal.body).body as ReadableStream<Uint8Array>
          return { status: 503, rawFields: refusal.fields.flat(), body }
        },
      })
      expect((await pay()).status).toBe(200)
      expect(executed()).toBe(1)
      expect(sentTo(all.phone, payments)).toHaveLength(2)
    },
  )

  it.each([
    ['upstream_unreachable', 2],
    ['token_expired', 2],
    ['signature_expired', 2],
    ['replayed', 1],
    ['outcome_unknown', 1],
    ['made_up', 1],
  ])('is sent no more than table and budget allow after forged refusals: %s', async (code, times) => {
    all.phone.network.forge(to(payments), forged(code))
    expect(await codeOf(pay())).toBe('unverified_refusal')
    expect(sentTo(all.phone, payments)).toHaveLength(times)
    expect(new Set(sentTo(all.phone, payments).map(keyOf)).size).toBe(1)
  })

  it('cannot be driven round by forged refusals of every kind in turn', async () => {
    for (const code of [
      'token_expired',
      'signature_expired',
      'overloaded',
      'token_missing',
      'internal_error',
    ]) {
      all.phone.network.forge(to(payments), forged(code), 1)
    }
    expect(await codeOf(pay())).toBe('unverified_refusal')
    expect(sentTo(all.phone, payments)).toHaveLength(4)
  })

  it('hears a signed refusal as it is, with its reference', async () => {
    const { session, world } = await unlocked({
      backend: () => Promise.reject(new Error('died on the way')),
    })
    const attempt = session.fetch(payments, { method: 'POST' })
    await expect(attempt).rejects.toMatchObject({
      code: 'outcome_unknown',
      reference: expect.stringMatching(/./),
    })
    expect(world.executed).toHaveLength(1)
  })

  it('waits as long as Retry-After says, up to a limit', async () => {
    const refusal = forged('overloaded', 503)
    const after = (seconds: string): typeof refusal => ({
      ...refusal,
      fields: [...refusal.fields, ['retry-after', seconds]],
    })
    all.phone.network.forge(to(payments), after('7'), 1)
    expect((await pay()).status).toBe(200)
    expect(all.phone.clock.pauses.at(-1)).toBe(7000)
    all.phone.network.forge(to(payments), after('600'))
    await expect(pay()).rejects.toMatchObject({ code: 'unverified_refusal', cause: { retryAfter: 600 } })
  })

  it('is refused by the service when somebody in the line changes it, and then sent again unchanged', async () => {
    let changing = true
    all.phone.network.rewrite({
      request(request) {
        if (!changing || !to(payments)(request)) return request
        changing = false
        return { ...request, body: utf8('ten million') }
      },
    })
    expect((await pay()).status).toBe(200)
    expect(all.world.executed).toEqual([`POST ${payments} ten euros`])
  })
})

describe('reads at the same time', () => {
  it('need no lock', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => all.session.fetch(`/accounts/${i}`)),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })

  it('are sent again when the network fails, and hear in the end that it does', async () => {
    all.phone.network.dropRequest(3, to('/accounts'))
    expect((await all.session.fetch('/accounts')).status).toBe(200)
    all.phone.network.dropRequest(4, to('/accounts'))
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('network_unreachable')
    expect(all.phone.clock.pauses.every((ms) => ms > 0 && ms <= 4000)).toBe(true)
  })
})
