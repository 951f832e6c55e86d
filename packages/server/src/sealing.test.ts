import { fromUtf8, maxSealedBody, maxSealedMessage, sealedPath, utf8 } from '@holdfast/core'
import {
  createServer,
  defaultPolicy,
  handle,
  type HandleOptions,
  HoldfastError,
  type OwnAnswer,
  type RequestHead,
  SealedRefusal,
} from '@holdfast/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createRig,
  enrol,
  headOf,
  origin,
  type Rig,
  seconds,
  signedFields,
  unlock,
  type Unlocked,
} from '../test/rig.ts'
import {
  answerSealed,
  type Inner,
  outerHead,
  type Sealed,
  sealInner,
  sealingKeyOf,
  statementOf,
} from '../test/sealed.ts'

const routes = [
  { path: '/open', policy: 'open', signer: 'any', fields: [] },
  { path: '/cards/*', policy: 'sealed', signer: 'any', fields: [] },
] as const

let rig: Rig
let unlocked: Unlocked
let configuration: Awaited<ReturnType<typeof sealingKeyOf>>
beforeEach(async () => {
  rig = await createRig({ routes, parts: { sealing: { suites: ['x-wing', 'x25519'] } } })
  unlocked = await unlock(rig, await enrol(rig, 'ann'))
  configuration = await sealingKeyOf(rig.server)
})
afterEach(() => rig.server.close())

const seal = (inner: Inner): Promise<Sealed> => sealInner(inner, configuration)

async function signed(
  method: 'GET' | 'POST',
  target: string,
  body = '',
  key = 'k'.repeat(22),
): Promise<Inner> {
  const bytes = utf8(body)
  const fields: Array<readonly [string, string]> = [
    ['authorization', `Holdfast ${unlocked.tokens.access_token}`],
  ]
  if (method === 'POST') fields.push(['content-type', 'application/json'], ['idempotency-key', key])
  const created = seconds(rig.clock)
  const all = await signedFields({ method, target, key: unlocked.session, created, body: bytes, fields })
  return { method, target, fields: all, body: bytes }
}

/** The code of an outer refusal. */
async function outerRefusal(run: Promise<unknown>): Promise<string> {
  try {
    await run
    return 'none'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}
const opening = (message: Uint8Array, head = outerHead(message)): Promise<string> =>
  outerRefusal(rig.server.sealing.open(head, message))

describe('own calls', () => {
  test('are reached through the seal, and so are their refusals', async () => {
    for (const [target, status] of [
      ['/holdfast/challenge', 200],
      ['/.well-known/holdfast', 200],
      ['/holdfast/nothing', 404],
    ] as const) {
      const sealed = await seal({ method: 'GET', target })
      const answer = await answerSealed(rig.server, sealed)
      expect(answer.fields).toEqual([
        ['content-type', 'message/ohttp-res'],
        ['cache-control', 'no-store'],
        ['x-content-type-options', 'nosniff'],
      ])
      expect((await sealed.open(answer)).status).toBe(status)
    }
  })

  test('answer one request only: no answer opens under another', async () => {
    const [one, other] = [
      await seal({ method: 'GET', target: '/holdfast/challenge' }),
      await seal({ method: 'GET', target: '/holdfast/challenge' }),
    ]
    const answer = await answerSealed(rig.server, one)
    await expect(other.open(answer)).rejects.toMatchObject({ code: 'answer_refused' })
  })

  test('a refusal is in the log as what it is', async () => {
    const sealed = await seal({ method: 'GET', target: '/holdfast/nothing' })
    expect(await answerSealed(rig.server, sealed)).toMatchObject({ refusal: { code: 'not_found' } })
  })
})

describe('what does not open', () => {
  test('is one refusal, whatever is wrong', async () => {
    const { message } = await seal({ method: 'GET', target: '/holdfast/challenge' })
    const variants = [
      ...[1, 3, 5, 7, 700, message.length - 1].map((at) => {
        const changed = Uint8Array.from(message)
        changed[at] = (changed[at] as number) ^ 1
        return changed
      }),
      message.subarray(0, 7),
      message.subarray(0, 600),
      message.subarray(0, message.length - 1),
      Uint8Array.of(...message, 0),
      new Uint8Array(),
    ]
    const answers: OwnAnswer[] = []
    for (const variant of variants)
      answers.push(await answerSealed(rig.server, { head: outerHead(variant), message: variant }))
    const told = answers.map(({ status, fields, body }) => {
      const { reference, ...problem } = JSON.parse(fromUtf8(body)) as Record<string, unknown>
      expect(reference).toMatch(/^[A-Za-z0-9_-]{12}$/)
      return JSON.stringify({ status, fields, problem })
    })
    expect(new Set(told).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 400, refusal: { code: 'sealed_request_refused' } })
  })

  test('an unknown key is stale', async () => {
    const { message } = await seal({ method: 'GET', target: '/holdfast/challenge' })
    const unknown = Uint8Array.from(message)
    unknown[0] = ((message[0] as number) + 100) % 256
    expect(await opening(unknown)).toBe('stale_sealing_key')
  })

  test('the wrong method, type or size is refused before anything is opened', async () => {
    const { message } = await seal({ method: 'GET', target: '/holdfast/challenge' })
    expect(await opening(message, outerHead(message, 'application/json'))).toBe('bad_request')
    expect(await opening(message, headOf('GET', sealedPath, []))).toBe('method_refused')
    const large = new Uint8Array(maxSealedMessage + 1)
    large.set(message)
    expect(await opening(large)).toBe('sealed_body_too_large')
  })

  test('without sealing every key is stale, and nothing is there to rotate', async () => {
    const { message } = await seal({ method: 'GET', target: '/holdfast/challenge' })
    const { server } = await createRig()
    expect(server.sealing.offered).toBe(false)
    const open = (head: RequestHead, body = message): Promise<string> =>
      outerRefusal(server.sealing.open(head, body))
    expect(await open(outerHead(message))).toBe('stale_sealing_key')
    expect(await open(outerHead(message, 'application/json'))).toBe('bad_request')
    expect(await open(headOf('GET', sealedPath, []))).toBe('method_refused')
    expect(await open(outerHead(message), message.subarray(0, 6))).toBe('sealed_request_refused')
    await expect(server.sealing.rotate('olga')).rejects.toMatchObject({ code: 'bad_request' })
  })

  test('whoever is refused by it finds a statement without a key, also on a node that has one', async () => {
    const { message } = await seal({ method: 'GET', target: '/holdfast/challenge' })
    const { sealing: _, ...deployment } = rig.deployment
    const off = await createServer({ ...deployment, routes: [] })
    expect((await statementOf(rig.server)).sealing).toHaveLength(2)
    expect(await outerRefusal(off.sealing.open(outerHead(message), message))).toBe('stale_sealing_key')
    // A node believes its copy for a second.
    rig.clock.advance(1001)
    expect((await statementOf(rig.server)).sealing).toBeUndefined()
    expect(await opening(message)).toBe('none')
    await off.close()
  })
})

describe('a flood of what does not open', () => {
  const from = (remote: string, message: Uint8Array): Promise<string> =>
    opening(message, { ...outerHead(message), remote })
  let flooded: Rig
  let key: typeof configuration
  beforeEach(async () => {
    const policy = { ...defaultPolicy, sealing: { ...defaultPolicy.sealing, refusedPerMinute: 3 } }
    flooded = await createRig({ routes, parts: { policy, sealing: { suites: ['x25519'] } } })
    key = await sealingKeyOf(flooded.server)
    await rig.server.close()
    rig = flooded
  })
  const good = async (): Promise<Uint8Array> =>
    (await sealInner({ method: 'GET', target: '/holdfast/challenge' }, key)).message
  async function garbage(): Promise<Uint8Array> {
    const message = await good()
    message[message.length - 1] = (message.at(-1) as number) ^ 1
    return message
  }

  test('is refused before it is opened, for that network and that minute', async () => {
    for (let i = 0; i < 5; i++) expect(await from('2001:db8::1', await good())).toBe('none')
    for (let i = 0; i < 3; i++)
      expect(await from(`2001:db8::${i}`, await garbage())).toBe('sealed_request_refused')
    rig.clock.advance(58_500)
    for (const message of [await garbage(), await good()])
      expect(await from('2001:db8::9', message)).toBe('rate_limited')
    const outer = { ...outerHead(await good()), remote: '2001:db8::1' }
    const refused = await rig.server.sealing?.open(outer, await good()).catch((error: unknown) => error)
    expect(refused).toMatchObject({ retryAfter: 2 })
    expect(await from('192.0.2.7', await good())).toBe('none')
    rig.clock.advance(1_500)
    expect(await from('2001:db8::1', await good())).toBe('none')
    expect(await from('2001:db8::1', await garbage())).toBe('sealed_request_refused')
  })

  test('locks nobody out whose key is stale, and stale keys lock out nobody', async () => {
    const stale = await good()
    stale[0] = (key.id + 100) % 256
    for (let i = 0; i < 4; i++) expect(await from('192.0.2.7', stale)).toBe('stale_sealing_key')
    for (let i = 0; i < 3; i++)
      expect(await from('192.0.2.7', await garbage())).toBe('sealed_request_refused')
    expect(await from('192.0.2.7', await good())).toBe('rate_limited')
    expect(await from('192.0.2.7', stale)).toBe('stale_sealing_key')
  })
})

describe('what opens and is not for this service is refused inside the seal', () => {
  test.each([
    ['another authority', { target: '/holdfast/challenge', authority: 'api.other.example' }, 'bad_request'],
    ['a seal in a seal', { target: sealedPath }, 'bad_request'],
    ['two readings of a path', { target: '/a//b' }, 'ambiguous_request'],
    ['a body where none belongs', { target: '/open', body: utf8('x') }, 'body_refused'],
    ['another host', { target: '/open', fields: [['host', 'api.other.example']] as const }, 'bad_request'],
    [
      'a security field twice',
      {
        target: '/open',
        fields: [
          ['signature', 'a'],
          ['signature', 'b'],
        ] as const,
      },
      'ambiguous_request',
    ],
  ])('%s', async (_, inner, code) => {
    const sealed = await seal({ method: 'GET', ...inner })
    await expect(rig.server.sealing?.open(sealed.head, sealed.message)).rejects.toBeInstanceOf(SealedRefusal)
    const answer = await answerSealed(rig.server, sealed)
    expect(answer.refusal?.code).toBe(code)
    const inside = await sealed.open(answer)
    expect(JSON.parse(fromUtf8(inside.body))).toMatchObject({ code })
  })
})

describe('routes that are sealed', () => {
  test('refuse what came in the open, before anything else, and explain says so', async () => {
    const head = headOf('GET', '/cards/1', [])
    expect(rig.server.rule(head).policy).toBe('sealed')
    await expect(async () => rig.server.verify(head, rig.server.rule(head))).rejects.toMatchObject({
      code: 'sealed_required',
    })
    const [report] = await rig.server.explain(head, rig.clock.now())
    expect(report).toMatchObject({ name: 'sealed', failure: { code: 'sealed_required' } })
  })

  test('take what came sealed and signed', async () => {
    const { head, message } = await seal(await signed('GET', '/cards/1'))
    const exchange = await rig.server.sealing?.open(head, message)
    if (exchange === undefined) throw new Error('not opened')
    expect(exchange.head.channel).toEqual({ sealed: true, certificate: null })
    const verified = await rig.server.verify(exchange.head, rig.server.rule(exchange.head))
    expect(verified.claims.sub).toBe('ann')
  })

  test('a sealed request that is replayed is refused inside the seal', async () => {
    const inner = await signed('GET', '/cards/1')
    const verify = async (): Promise<string> => {
      const sealed = await seal(inner)
      const exchange = await rig.server.sealing?.open(sealed.head, sealed.message)
      if (exchange === undefined) throw new Error('not opened')
      return outerRefusal((async () => rig.server.verify(exchange.head, rig.server.rule(exchange.head)))())
    }
    expect(await verify()).toBe('none')
    expect(await verify()).toBe('replayed')
  })

  test('no service begins that could not serve them, or with suites that are none', async () => {
    const { sealing: _, ...without } = rig.deployment
    for (const broken of [
      without,
      { ...rig.deployment, sealing: { suites: [] } },
      {
        ...rig.deployment,
        policy: {
          ...rig.deployment.policy,
          sealing: { ...rig.deployment.policy.sealing, rotateSeconds: 59 },
        },
      },
      { ...rig.deployment, sealing: { suites: ['x25519', 'x25519'] as const } },
    ])
      await expect(createServer(broken)).rejects.toBeInstanceOf(TypeError)
  })
})

describe('the statement', () => {
  test('names the newest keys and ends no later than they', async () => {
    const statement = await statementOf(rig.server)
    const now = seconds(rig.clock)
    expect(statement.sealing?.map(({ exp }) => exp)).toEqual([now + 7200, now + 7200])
    expect(statement.exp).toBe(now + 3600)
    const long = await createRig({
      parts: {
        sealing: { suites: ['x25519'] },
        policy: { ...rig.deployment.policy, statementSeconds: 86_400 },
      },
    })
    const ends = await statementOf(long.server)
    expect(ends.exp).toBe(ends.sealing?.[0]?.exp)
    await long.server.close()
  })

  test('is made anew when the keys are', async () => {
    const before = await statementOf(rig.server)
    await rig.server.sealing?.rotate('olga')
    rig.clock.advance(1000)
    const after = await statementOf(rig.server)
    expect(after.seq).toBeGreaterThan(before.seq)
    expect(after.sealing).not.toEqual(before.sealing)
    rig.clock.advance(3_600_000)
    await statementOf(rig.server)
    rig.clock.advance(1000)
    const later = await statementOf(rig.server)
    expect(later.sealing).not.toEqual(after.sealing)
    const audit = await rig.deployment.store.readAudit({ limit: 100 })
    expect(audit.filter(({ action }) => action === 'keys.rotated')).toMatchObject([
      { actor: 'olga', detail: { key: 'sealing' } },
    ])
  })
})

describe('as a library', () => {
  let options: HandleOptions
  let runs: number
  let body: Uint8Array
  beforeEach(() => {
    runs = 0
    body = utf8('"done"')
    options = {
      bodyBytes: 1000,
      answerBytes: 1000,
      remote: '192.0.2.1',
      async next(request, verified): Promise<Response> {
        runs++
        const said = `${verified?.claims.sub ?? 'nobody'} ${await request.text()}`
        return new Response(new Uint8Array(body), { status: 201, headers: { 'x-said': said } })
      },
    }
  })

  async function send(sealed: Sealed): Promise<OwnAnswer> {
    const request = new Request(origin + sealedPath, {
      method: 'POST',
      headers: { 'content-type': 'message/ohttp-req' },
      body: new Uint8Array(sealed.message),
    })
    const response = await handle(rig.server, request, options)
    return {
      status: response.status,
      fields: [...response.headers],
      body: new Uint8Array(await response.arrayBuffer()),
    }
  }
  const problemOf = (bytes: Uint8Array): Record<string, unknown> =>
    JSON.parse(fromUtf8(bytes)) as Record<string, unknown>

  test('a sealed request runs once, and again gives the same answer', async () => {
    for (const repeated of [undefined, 'true']) {
      const sealed = await seal(await signed('POST', '/cards/1', '{"pin":1}'))
      const inside = await sealed.open(await send(sealed))
      expect(inside.status).toBe(201)
      const fields = new Map(inside.fields)
      expect(fields.get('x-said')).toBe('ann {"pin":1}')
      expect(fields.get('holdfast-repeated')).toBe(repeated)
      expect(fromUtf8(inside.body)).toBe('"done"')
    }
    expect(runs).toBe(1)
  })

  test('open routes and own calls are reached sealed, too', async () => {
    const open = await seal({ method: 'POST', target: '/open', body: utf8('hello') })
    expect(new Map((await open.open(await send(open))).fields).get('x-said')).toBe('nobody hello')
    const own = await seal({ method: 'GET', target: '/holdfast/challenge' })
    expect((await own.open(await send(own))).status).toBe(200)
  })

  test('refusals travel sealed; only what does not open is refused outside', async () => {
    const unsigned = await seal({ method: 'GET', target: '/cards/1' })
    const inside = await unsigned.open(await send(unsigned))
    expect(problemOf(inside.body)).toMatchObject({ code: 'signature_missing' })
    const broken = { ...unsigned, message: unsigned.message.subarray(0, 700) }
    expect(await send(broken)).toMatchObject({ status: 400 })
    const large = await seal(await signed('POST', '/cards/1', 'x'.repeat(1001)))
    expect(problemOf((await large.open(await send(large))).body)).toMatchObject({ code: 'body_too_large' })
  })

  test('an answer too large to be sealed is a refusal inside', async () => {
    body = new Uint8Array(maxSealedBody + 1)
    const sealed = await seal(await signed('GET', '/cards/1'))
    const inside = await sealed.open(await send(sealed))
    expect(problemOf(inside.body)).toMatchObject({ code: 'answer_too_large' })
  })

  test('a sealed route is not reached in the open', async () => {
    const { fields = [], method, target } = await signed('GET', '/cards/1')
    const headers = fields.map(([name, value]): [string, string] => [name, value])
    const response = await handle(rig.server, new Request(origin + target, { method, headers }), options)
    expect(await response.json()).toMatchObject({ code: 'sealed_required' })
    expect(runs).toBe(0)
  })
})
