import {
  errors,
  HoldfastError,
  maxSealedBody,
  type RouteRule,
  sealedPath,
  type SealingSuite,
  statementPath,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  codeOf,
  createWorld,
  enrolled,
  forged,
  origin,
  sentTo,
  to,
  type World,
  type WorldOptions,
} from '../test/rig.ts'
import { readRefusal, streamOf } from './answer.ts'
import type { Session } from './app-session.ts'
import type { Client } from './client.ts'
import type { VirtualPhone } from './platforms/testing/phone.ts'
import type { NetworkAnswer, Outgoing } from './ports.ts'

const routes: RouteRule[] = [
  { path: '/public/*', policy: 'open', signer: 'any', fields: [] },
  { path: '/sealed/*', policy: 'sealed', signer: 'any', fields: [] },
]
const sealing: { suites: SealingSuite[] } = { suites: ['x25519'] }
/** Dear to compute on older versions of Node, so only where it is the matter. */
const hybrid: { suites: SealingSuite[] } = { suites: ['x-wing', 'x25519'] }
const kems = new Map([
  [0x0020, 'x25519'],
  [0x647a, 'x-wing'],
])

/** A device that can do these suites and no others. */
const able = (...suites: SealingSuite[]): typeof nodeCrypto => ({
  ...nodeCrypto,
  hpke: { ...nodeCrypto.hpke, suites },
})

let world: World
let phone: VirtualPhone
let client: Client
let session: Session

async function begin(options: WorldOptions = {}, crypto = nodeCrypto): Promise<void> {
  await world?.server.close()
  world = await createWorld({ routes, ...options, deployment: { sealing, ...options.deployment } })
  phone = world.phone({ crypto })
  client = await enrolled(world, phone)
  session = await client.unlock()
}
beforeEach(() => begin())
afterEach(() => world.server.close())

const sealedSent = (): Outgoing[] => sentTo(phone, sealedPath)
const executed = (path: string): string[] => world.executed.filter((line) => line.includes(` ${path}`))
const pay = (body = 'ten euros'): Promise<Response> =>
  session.fetch('/sealed/payments', { method: 'POST', body })
const textOf = (answer: Response): Promise<string> => answer.text()
/** The suite a message is sealed with. */
const suiteOf = ({ body }: Outgoing): string | undefined =>
  kems.get(new DataView(body.buffer, body.byteOffset).getUint16(1))

/** Changes the answer to the sealed requests `change` is given something for. */
function answering(
  change: (body: Uint8Array, nth: number) => Promise<Partial<NetworkAnswer> | Uint8Array | null>,
): void {
  let nth = 0
  phone.network.rewrite({
    async answer(answer, request) {
      if (!to(sealedPath)(request)) return answer
      const body = new Uint8Array(await new Response(answer.body).arrayBuffer())
      const changed = (await change(body, nth++)) ?? body
      return changed instanceof Uint8Array
        ? { ...answer, body: new Response(new Uint8Array(changed)).body as ReadableStream<Uint8Array> }
        : { ...answer, body: new Response(body).body as ReadableStream<Uint8Array>, ...changed }
    },
  })
}

describe('on the line', () => {
  it('there is nothing to read of enrolment, unlocking, sealed calls and devices', async () => {
    await (await pay()).text()
    await session.fetchSecret('/cards/1').catch(() => undefined)
    await session.devices()
    await session.end()
    const paths = new Set(phone.network.exchanges.map(({ request }) => new URL(request.url).pathname))
    expect([...paths].toSorted()).toEqual([statementPath, sealedPath, '/holdfast/time'].toSorted())
    expect(sealedSent().length).toBeGreaterThan(7)
    for (const { method, fields } of sealedSent()) {
      expect(method).toBe('POST')
      expect(fields).toEqual([['content-type', 'message/ohttp-req']])
    }
    const wire = phone.network.exchanges
      .flatMap(({ request, answerBody }) => (to(sealedPath)(request) ? [request.body, answerBody] : []))
      .map((bytes) => Buffer.from(bytes).toString('latin1'))
      .join('\n')
    for (const word of [
      'Test phone',
      'Holdfast ',
      'signature',
      'ten euros',
      'access_token',
      'GET',
      '/holdfast',
      'ann',
    ])
      expect(wire).not.toContain(word)
  })

  it('two sendings of one request have nothing in common', async () => {
    phone.network.loseAnswer(3, to(sealedPath))
    const before = sealedSent().length
    expect((await pay()).headers.get('holdfast-repeated')).toBe('true')
    const sent = sealedSent().slice(before)
    expect(sent).toHaveLength(4)
    // All but the key's id and suite: 16 octets from anywhere are in no other one.
    const pieces = sent.map(({ body }) => Buffer.from(body.slice(7, 23)).toString('hex'))
    expect(new Set(pieces).size).toBe(4)
    expect(executed('/sealed/payments')).toHaveLength(1)
  })
})

describe('a sealed fetch', () => {
  it.each([
    ['a rule that says so', '/sealed/accounts', {}],
    ['the app that says so', '/accounts', { sealed: true }],
    ['the app that says so, on an open route', '/public/rates', { sealed: true }],
    ['a rule that an app cannot overrule', '/sealed/accounts', { sealed: false }],
  ])('comes of %s', async (_of, path, init) => {
    const before = phone.network.exchanges.length
    expect(await (await session.fetch(path, init)).json()).toEqual({ method: 'GET', body: '' })
    const sent = phone.network.exchanges.slice(before).map(({ request }) => request)
    expect(sent.map(({ url }) => url)).toEqual([origin + sealedPath])
    expect(executed(path)).toHaveLength(1)
  })

  it('leaves others as they are', async () => {
    await session.fetch('/accounts')
    expect(sentTo(phone, '/accounts')).toHaveLength(1)
  })

  it('has status, fields and body of the answer inside', async () => {
    const backend = async (): Promise<Response> =>
      new Response('grün', { status: 418, headers: { 'x-kind': 'tea', 'content-type': 'text/plain' } })
    await begin({ backend })
    const answer = await session.fetch('/sealed/pot')
    expect([answer.status, answer.headers.get('x-kind'), answer.headers.get('content-type')]).toEqual([
      418,
      'tea',
      'text/plain',
    ])
    expect(await answer.text()).toBe('grün')
  })

  it.each([204, 205, 304])('takes a %i', async (status) => {
    await begin({ backend: async () => new Response(null, { status }) })
    const answer = await session.fetch('/sealed/nothing')
    expect([answer.status, answer.body]).toEqual([status, null])
  })

  it('takes the answer to a HEAD', async () => {
    await begin({ backend: async () => new Response(null, { headers: { 'x-size': '7' } }) })
    const answer = await session.fetch('/sealed/file', { method: 'HEAD' })
    expect([answer.status, answer.headers.get('x-size'), await answer.text()]).toEqual([200, '7', ''])
  })

  it('ends with the caller’s reason when aborted while its answer comes', async () => {
    const controller = new AbortController()
    phone.network.rewrite({
      answer: (answer, request) => ({
        ...answer,
        body: new ReadableStream({
          start: (stream) => {
            const { signal } = request as { signal?: AbortSignal }
            signal?.addEventListener('abort', () => stream.error(signal.reason))
          },
          pull: () => controller.abort(new RangeError('enough')),
        }),
      }),
    })
    const before = sealedSent().length
    await expect(session.fetch('/sealed/accounts', { signal: controller.signal })).rejects.toThrow(RangeError)
    expect(sealedSent()).toHaveLength(before + 1)
  })

  it('is not sent when it is too large, and says what to do instead', async () => {
    const before = phone.network.exchanges.length
    const attempt = session.fetch('/sealed/files', {
      method: 'POST',
      body: new Uint8Array(maxSealedBody + 1),
    })
    await expect(attempt).rejects.toMatchObject({ code: 'sealed_body_too_large' })
    expect(errors.sealed_body_too_large.next).toContain('age')
    expect(phone.network.exchanges).toHaveLength(before)
  })
})

describe('without a key this device can use', () => {
  it.each([
    ['the service offers none', {}, able('x-wing', 'x25519')],
    ['it knows none of the suites', { sealing: { suites: ['x-wing'] } }, able('x25519')],
  ] as const)('nothing is sent that has to be sealed: %s', async (_why, deployment, crypto) => {
    await begin(
      { routes: routes.slice(0, 1), deployment: { sealing: undefined, ...deployment } as never },
      crypto,
    )
    const before = phone.network.exchanges.length
    expect(await codeOf(session.fetch('/payments', { method: 'POST', sealed: true }))).toBe(
      'sealing_unavailable',
    )
    const since = phone.network.exchanges.slice(before).map(({ request }) => new URL(request.url).pathname)
    expect(since).toEqual([statementPath])
    // What need not be sealed works.
    expect((await session.fetch('/accounts')).status).toBe(200)
    expect(await session.devices()).toHaveLength(1)
    expect(sealedSent()).toHaveLength(0)
  })

  it('a session goes on as soon as the service offers one again', async () => {
    await begin({ deployment: { sealing: { suites: ['x-wing'] } } }, able('x25519'))
    expect(await codeOf(pay())).toBe('sealing_unavailable')
    phone.network.dropRequest(1, to(statementPath))
    expect(await codeOf(pay())).toBe('sealing_unavailable')
    await world.restart({ sealing })
    expect((await pay()).status).toBe(200)
    expect(executed('/sealed/payments')).toHaveLength(1)
  })
})

describe('a service that seals, does not, and seals again', () => {
  const off = { sealing: undefined, routes: routes.slice(0, 1) } as never
  const on = { sealing, routes }
  const plainly = (): string[] =>
    phone.network.exchanges
      .map(({ request }) => new URL(request.url).pathname)
      .filter((path) => ![sealedPath, statementPath, '/holdfast/time'].includes(path))

  it('loses no request, and says plain only what the statement in force lets it', async () => {
    expect((await pay('on')).status).toBe(200)
    expect(plainly()).toEqual([])
    // The phone still holds the statement of before, with a key in it.
    await world.restart(off)
    const asked = sealedSent().length
    expect((await pay('off')).status).toBe(200)
    expect(sealedSent()).toHaveLength(asked + 1)
    expect(plainly()).toEqual(['/sealed/payments'])
    expect(await session.devices()).toHaveLength(1)
    const again = await client.unlock()
    expect(plainly().slice(1)).toEqual(['/holdfast/devices', '/holdfast/token'])
    expect(await codeOf(again.fetch('/accounts', { sealed: true }))).toBe('sealing_unavailable')
    expect(sealedSent()).toHaveLength(asked + 1)
    await world.restart(on)
    const before = plainly().length
    // The statement it holds says signed; the refusal makes it ask for the next one.
    expect((await pay('on again')).status).toBe(200)
    expect(plainly()).toHaveLength(before + 1)
    expect((await pay('and on')).status).toBe(200)
    expect(await session.devices()).toHaveLength(1)
    expect(plainly()).toHaveLength(before + 1)
    expect(executed('/sealed/payments')).toEqual(
      ['on', 'off', 'on again', 'and on'].map((body) => `POST /sealed/payments ${body}`),
    )
  })

  it('own calls under way find out too, first and last', async () => {
    await world.restart(off)
    const [unlocked, devices] = await Promise.all([client.unlock(), session.devices()])
    expect(devices).toHaveLength(1)
    expect((await unlocked.fetch('/accounts')).status).toBe(200)
    await world.restart(on)
    await unlocked.end()
    await session.end()
  })

  it('what has to be sealed does not go plain when the key it was sealed to is gone', async () => {
    await begin({ deployment: { sealing: { suites: ['x-wing'] } } }, able('x-wing'))
    // The statement still says sealed, and offers nothing this device can use.
    await world.restart({ sealing })
    expect(await codeOf(pay())).toBe('sealing_unavailable')
    expect(plainly()).toEqual([])
    expect(executed('/sealed/payments')).toEqual([])
  })
})

describe('an answer that does not open', () => {
  const flipped = (body: Uint8Array): Uint8Array => {
    const copy = body.slice()
    copy[40] = (copy[40] as number) ^ 1
    return copy
  }
  it.each<[string, (body: Uint8Array) => Partial<NetworkAnswer> | Uint8Array]>([
    ['one bit of it was changed', flipped],
    ['it was cut', (body) => body.slice(0, -1)],
    ['it is empty', () => new Uint8Array(0)],
    ['it is of another type', () => ({ rawFields: ['content-type', 'text/html'] })],
    ['it has another status', () => ({ status: 404 })],
  ])('is asked for again, and refused in the end: %s', async (_what, change) => {
    answering(async (body, nth) => (nth === 0 ? change(body) : null))
    expect((await pay()).headers.get('holdfast-repeated')).toBe('true')
    answering(async (body) => change(body))
    expect(await codeOf(pay())).toBe('answer_refused')
    phone.network.calm()
    expect(executed('/sealed/payments')).toHaveLength(2)
  })

  it('is the one to another request, also when both are exchanged', async () => {
    const waiting: Array<(body: Uint8Array) => void> = []
    const bodies: Uint8Array[] = []
    answering(async (body, nth) => {
      if (nth > 1) return null
      bodies.push(body)
      const other = new Promise<Uint8Array>((resolve) => waiting.push(resolve))
      if (nth === 1) waiting.forEach((resolve, i) => resolve(bodies[1 - i] as Uint8Array))
      return other
    })
    const before = sealedSent().length
    const answers = await Promise.all([pay('one'), pay('two')])
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { method: 'POST', body: 'one' },
      { method: 'POST', body: 'two' },
    ])
    expect(sealedSent()).toHaveLength(before + 4)
    expect(executed('/sealed/payments')).toHaveLength(2)
  })
})

describe('a refusal', () => {
  it('inside the seal counts, also to a HEAD', async () => {
    const [mine] = await session.devices()
    const other = await (await enrolled(world)).unlock()
    await other.removeDevice(mine?.id as string)
    // Over a wire no answer to a HEAD has a body, so nothing in it could be proven.
    phone.network.rewrite({
      answer: (answer, { method }) =>
        method === 'HEAD' ? { ...answer, body: streamOf(new Uint8Array(0)) } : answer,
    })
    expect(await codeOf(session.fetch('/accounts', { method: 'HEAD' }))).toBe('unverified_refusal')
    expect(await client.status()).toBe('enrolled')
    const attempt = session.fetch('/sealed/accounts', { method: 'HEAD' })
    expect(await codeOf(attempt)).toBe('device_revoked')
    expect(await client.status()).toBe('revoked')
  })

  it('inside the seal is read from its field where there is no body', async () => {
    const head: Outgoing = { method: 'HEAD', url: `${origin}/a`, fields: [], body: new Uint8Array(0) }
    const answer = { status: 401, rawFields: ['holdfast-error', 'session_ended'], body: streamOf(head.body) }
    const trust = { crypto: nodeCrypto, keyOf: () => Promise.reject(new Error('not asked')) }
    expect(await readRefusal({ ...answer, sealed: true }, head, trust)).toMatchObject({
      error: { code: 'session_ended' },
      verified: true,
    })
    expect(
      await readRefusal({ ...answer, body: streamOf(head.body), sealed: false }, head, trust),
    ).toMatchObject({
      error: { code: 'session_ended' },
      verified: false,
    })
  })

  it('outside says nothing about this device', async () => {
    phone.network.forge(to(sealedPath), forged('device_revoked'))
    expect(await codeOf(pay())).toBe('unverified_refusal')
    expect(await codeOf(client.unlock())).toBe('unverified_refusal')
    phone.network.calm()
    expect(await client.status()).toBe('enrolled')
    expect((await pay()).status).toBe(200)
  })

  it.each(['stale_sealing_key', 'sealed_request_refused', 'sealed_required'])(
    '%s, forged for ever, costs one more try and one statement, and never the seal',
    async (code) => {
      phone.network.forge(to(sealedPath), forged(code, 409))
      const before = phone.network.exchanges.length
      const attempt = pay()
      await expect(attempt).rejects.toMatchObject({ code: 'unverified_refusal', cause: { code } })
      const sent = phone.network.exchanges.slice(before).map(({ request }) => new URL(request.url).pathname)
      expect(sent).toEqual([sealedPath, statementPath, sealedPath])
      phone.network.calm()
      expect((await pay()).status).toBe(200)
      expect(executed('/sealed/payments')).toHaveLength(1)
    },
  )

  it('inside that says to wait is heeded', async () => {
    let refused = 0
    await begin({
      backend: async (request) => {
        if (refused++ === 0) throw new HoldfastError('overloaded', { retryAfter: 3 })
        return Response.json(request.method)
      },
    })
    expect((await session.fetch('/sealed/accounts')).status).toBe(200)
    expect(phone.clock.pauses).toContain(3000)
  })
})

describe('a service that lost its sealing keys', () => {
  it('gets the same request under a new one, and runs it once', async () => {
    expect((await pay()).status).toBe(200)
    await world.restart()
    const before = sealedSent().length
    const statements = sentTo(phone, statementPath).length
    expect((await pay('twenty')).status).toBe(200)
    expect(sealedSent()).toHaveLength(before + 2)
    expect(sentTo(phone, statementPath)).toHaveLength(statements + 1)
    expect(executed('/sealed/payments')).toHaveLength(2)
  })

  it('is gone on with when a node still serves the statement of before', async () => {
    const old = await textOf(await world.handler(new Request(origin + statementPath)))
    await world.restart()
    await pay()
    await world.restart()
    const statements = sentTo(phone, statementPath).length
    const before = sealedSent().length
    phone.network.forge(to(statementPath), { status: 200, fields: [], body: old }, 2)
    expect((await pay('twenty')).status).toBe(200)
    expect(sentTo(phone, statementPath)).toHaveLength(statements + 3)
    expect(sealedSent()).toHaveLength(before + 2)
    expect(executed('/sealed/payments')).toHaveLength(2)
  })

  it('is given up on when no newer statement comes, and the one in force stays', async () => {
    const old = await textOf(await world.handler(new Request(origin + statementPath)))
    await world.restart()
    await pay()
    await world.restart()
    const before = phone.network.exchanges.length
    phone.network.forge(to(statementPath), { status: 200, fields: [], body: old })
    await expect(pay('twenty')).rejects.toMatchObject({
      code: 'unverified_refusal',
      cause: { code: 'stale_sealing_key' },
    })
    const sent = phone.network.exchanges.slice(before).map(({ request }) => new URL(request.url).pathname)
    expect(sent).toEqual([sealedPath, ...Array.from({ length: 4 }, () => statementPath), sealedPath])
    phone.network.calm()
    expect((await pay('twenty')).status).toBe(200)
  })

  it('does not stop an unlock', async () => {
    await world.restart()
    session = await client.unlock()
    expect((await pay()).status).toBe(200)
  })
})

describe('a rule that changes under way', () => {
  it('from signed to sealed loses no request, and runs a payment once', async () => {
    const change = (): Promise<void> =>
      world.restart({ routes: [{ path: '/payments', policy: 'sealed', signer: 'any', fields: [] }] })
    await change()
    const answer = await session.fetch('/payments', { method: 'POST', body: 'ten euros' })
    expect(answer.status).toBe(200)
    expect(sentTo(phone, '/payments')).toHaveLength(1)
    expect(executed('/payments')).toHaveLength(1)
  })

  it('from open to sealed is followed by a read; a write is not sent again', async () => {
    const rules: RouteRule[] = [{ path: '/public/*', policy: 'sealed', signer: 'any', fields: [] }]
    await world.restart({ routes: rules })
    const attempt = session.fetch('/public/vote', { method: 'POST' })
    await expect(attempt).rejects.toMatchObject({
      code: 'unverified_refusal',
      cause: { code: 'sealed_required' },
    })
    expect((await session.fetch('/public/rates')).status).toBe(200)
    expect(executed('/public/vote')).toHaveLength(0)
  })
})

describe('classic and hybrid phones', () => {
  beforeEach(() => begin({ deployment: { sealing: hybrid } }))

  it('seal to one service with the best each can do', async () => {
    expect(new Set(sealedSent().map(suiteOf))).toEqual(new Set(['x-wing']))
    const old = world.phone({ crypto: able('x25519') })
    const oldSession = await (await enrolled(world, old)).unlock()
    expect((await oldSession.fetch('/sealed/accounts')).status).toBe(200)
    expect(new Set(sentTo(old, sealedPath).map(suiteOf))).toEqual(new Set(['x25519']))
  })

  it.each([
    ['a hybrid one', able('x-wing', 'x25519')],
    ['a classic one', able('x25519')],
  ])('%s loses no request when the offers change under way, there and back', async (_which, crypto) => {
    await begin({ deployment: { sealing: hybrid } }, crypto)
    const changes = [sealing, hybrid]
    let statements = sentTo(phone, statementPath).length
    const before = sealedSent().length
    for (const change of changes) {
      const calls = Array.from({ length: 20 }, async (_, i) => {
        // The service starts again among them.
        if (i === 10) await world.restart({ sealing: change })
        return session.fetch(`/sealed/payments/${i}`, { method: 'POST', body: String(i) })
      })
      const answers = await Promise.all(calls)
      expect(sentTo(phone, statementPath)).toHaveLength(++statements)
      const bodies = await Promise.all(
        answers.map(async (answer) => ((await answer.json()) as { body: string }).body),
      )
      expect(bodies).toEqual(Array.from({ length: 20 }, (_, i) => String(i)))
    }
    for (let i = 0; i < 20; i++)
      expect(executed(`/sealed/payments/${i}`).filter((line) => line.endsWith(`/${i} ${i}`))).toHaveLength(2)
    const sent = sealedSent().slice(before)
    expect(sent.length).toBeGreaterThan(40)
    expect(new Set(sent.map(suiteOf))).toEqual(new Set(crypto.hpke.suites))
  })
})
