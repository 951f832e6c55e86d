import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { type BinaryResponse, fromUtf8, utf8 } from '@holdfast/core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  backend,
  deferred,
  exchangeRaw,
  type Fixture,
  type FixtureOptions,
  gatewayTo,
  rawConnection,
  requestText,
} from '../../test/fixture.ts'
import {
  exchangeSealed,
  type Inner,
  outerConnection,
  seal,
  type SealingFixture,
  sealingOf,
} from '../../test/sealed.ts'

const origin = 'http://gateway.test'
let sealing: SealingFixture
beforeAll(async () => {
  sealing = await sealingOf(origin)
})

const sealedTo = (options: FixtureOptions): Promise<Fixture> =>
  gatewayTo({ ...options, server: { ...sealing.server, ...options.server } })
const ask = (port: number, inner: Inner): ReturnType<typeof exchangeSealed> =>
  exchangeSealed(port, origin, sealing, inner)
const fieldOf = ({ fields }: BinaryResponse, wanted: string): string | undefined =>
  fields.find(([name]) => name === wanted)?.[1]
const codeOf = (answer: BinaryResponse): string | undefined => fieldOf(answer, 'holdfast-error')
const outerCodeOf = (answer: string): string | undefined => /holdfast-error: (\w+)/.exec(answer)?.[1]

const good = ['signature', 'good'] as const
let nextKey = 0
const unsafe = (body = 'text', key = `sealed-${++nextKey}`): Inner => ({
  method: 'POST',
  path: '/pay',
  fields: [good, ['idempotency-key', key], ['content-type', 'text/plain']],
  body: utf8(body),
})

/** Says what arrived. */
function echo(message: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  message.on('end', () => {
    const { method, url, headers } = message
    const body = JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(200, { 'content-type': 'application/json', 'x-mark': 'inside' }).end(body)
  })
}
const echoedBy = ({
  body,
}: BinaryResponse): { method: string; url: string; headers: Record<string, string>; body: string } =>
  JSON.parse(fromUtf8(body)) as never

describe('what is inside a seal', () => {
  test('goes the way of any other request, and its answer back inside', async () => {
    const { url } = await backend(echo)
    const { port, nextRequest, metrics } = await sealedTo({ url })
    const over = nextRequest()
    const fields = [good, ['accept', 'a/b'], ['holdfast-user', 'somebody']] as const
    const { outer, inside } = await ask(port, { path: '/accounts/4711?pin=0815', fields })
    expect(outer.status).toBe(200)
    expect(outer.fields.get('content-type')).toBe('message/ohttp-res')
    expect(outer.fields.get('cache-control')).toBe('no-store')
    expect([...outer.fields.keys()]).not.toContain('x-mark')
    expect(inside.status).toBe(200)
    expect(fieldOf(inside, 'x-mark')).toBe('inside')
    const { headers, ...echoed } = echoedBy(inside)
    expect(echoed).toEqual({ method: 'GET', url: '/accounts/4711?pin=0815', body: '' })
    expect(headers).toMatchObject({ accept: 'a/b', 'holdfast-device': 'phone' })
    expect(headers['holdfast-user']).toBe('user%20%C3%BC')
    const record = await over
    expect(record).toMatchObject({ method: 'GET', route: '/*', sealed: true, status: 200, device: 'phone' })
    expect(JSON.stringify(record)).not.toContain('4711')
    expect(await metrics.registry.metrics()).toContain(
      'holdfast_requests_total{route="/*",status="2xx",code="none",sealed="true"} 1',
    )
  })

  test('may be a call Holdfast answers itself', async () => {
    const { url } = await backend(echo)
    const { port, nextRequest } = await sealedTo({ url })
    const over = nextRequest()
    const { inside } = await ask(port, { method: 'POST', path: '/holdfast/token', body: utf8('text') })
    expect([inside.status, fromUtf8(inside.body)]).toEqual([200, 'own 4'])
    expect(await over).toMatchObject({ route: 'holdfast', sealed: true })
  })

  test('an unsafe request runs once, and a repetition is sealed anew', async () => {
    let runs = 0
    const { url } = await backend((message, response) => {
      runs += 1
      echo(message, response)
    })
    const { port, server } = await sealedTo({ url })
    const request = unsafe()
    const first = await ask(port, request)
    const again = await ask(port, request)
    expect(runs).toBe(1)
    expect(server.claims).toHaveLength(1)
    expect(again.inside.body).toEqual(first.inside.body)
    expect(fieldOf(again.inside, 'holdfast-repeated')).toBe('true')
    expect(fieldOf(first.inside, 'holdfast-repeated')).toBeUndefined()
    expect(again.outer.body).not.toEqual(first.outer.body)
  })

  test('a sealed request may be awaited with 100 Continue, and comes over one connection after the other', async () => {
    const { url } = await backend(echo)
    const { port } = await sealedTo({ url })
    const connection = outerConnection(port)
    for (const lines of [['Expect: 100-continue'], []]) {
      const request = await seal(origin, sealing)
      const { body } = await connection.post(request.message, lines)
      expect((await request.open(body)).status).toBe(200)
    }
  })

  test('a terminator may cut it into chunks', async () => {
    const { url } = await backend(echo)
    const { port } = await sealedTo({ url })
    const { message, open } = await seal(origin, sealing)
    const headers = {
      host: 'gateway.test',
      'content-type': 'message/ohttp-req',
      'transfer-encoding': 'chunked',
    }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(
        { port, host: '127.0.0.1', method: 'POST', path: '/holdfast/sealed', headers },
        resolve,
      )
      request.on('error', reject).write(message.subarray(0, 100))
      request.end(message.subarray(100))
    })
    expect((await open(Buffer.concat(await answer.toArray()))).status).toBe(200)
  })
})

test('a gateway that seals nothing refuses the key, having read the whole message', async () => {
  const { url } = await backend(echo)
  const { port, nextRequest } = await gatewayTo({ url })
  const connection = outerConnection(port)
  for (const body of [new Uint8Array(0), new Uint8Array(5 * 2 ** 20)]) {
    const over = nextRequest()
    const { message } = await seal(origin, sealing, { method: 'POST', path: '/pay', body })
    expect((await connection.post(message)).fields.get('holdfast-error')).toBe('stale_sealing_key')
    expect(await over).toMatchObject({ route: 'sealed', code: 'stale_sealing_key' })
  }
  expect(connection.ended()).toBe(false)
})

describe('answers of every kind come back whole', () => {
  test.each([
    ['HEAD', { method: 'HEAD' }, { status: 200, length: '5', text: '' }],
    ['204', { path: '/open/204' }, { status: 204, length: undefined, text: '' }],
    ['304', { path: '/open/304' }, { status: 304, length: undefined, text: '' }],
    ['chunks', { path: '/open/chunks' }, { status: 200, length: undefined, text: 'onetwo' }],
    ['after 103', { path: '/open/103' }, { status: 201, length: '5', text: 'hello' }],
  ] as const)('%s', async (_name, inner, { status, length, text }) => {
    const { url } = await backend((message, response) => {
      if (message.url === '/open/204') response.writeHead(204).end()
      else if (message.url === '/open/304') response.writeHead(304, { 'content-length': '5' }).end()
      else if (message.url === '/open/chunks') {
        response.write('one')
        response.end('two')
      } else if (message.url === '/open/103') {
        response.writeEarlyHints({ link: '</a>; rel=preload' })
        response.writeHead(201, { 'content-length': '5' }).end('hello')
      } else response.writeHead(200, { 'content-length': '5' }).end('hello')
    })
    const { port } = await sealedTo({ url })
    const { inside } = await ask(port, inner)
    expect(inside.status).toBe(status)
    expect(fieldOf(inside, 'content-length')).toBe(length)
    expect(fromUtf8(inside.body)).toBe(text)
  })
})

describe('a refusal of what is inside travels inside, with 200 outside', () => {
  test.each<[string, Inner]>([
    ['signature_missing', { path: '/accounts' }],
    ['signature_invalid', { path: '/accounts', fields: [['signature', 'bad']] }],
    ['idempotency_key_missing', { method: 'POST', path: '/pay', fields: [good] }],
    [
      'digest_mismatch',
      { ...unsafe(), fields: [good, ['idempotency-key', 'k'], ['content-digest', 'other']] },
    ],
    ['body_too_large', { method: 'POST', path: '/open/a', body: new Uint8Array(2_001) }],
    ['body_too_large', { method: 'POST', path: '/holdfast/token', body: new Uint8Array(1_001) }],
    ['body_refused', { body: utf8('text') }],
    ['method_refused', { method: 'TRACE' }],
    ['ambiguous_request', { path: '/open/../a' }],
    ['ambiguous_request', { path: '/open/%2e%2e/a' }],
    ['ambiguous_request', { fields: [good, good] }],
    ['content_encoding_refused', { fields: [['content-encoding', 'gzip']] }],
    ['bad_request', { authority: 'elsewhere.test' }],
    ['bad_request', { scheme: 'https' }],
    ['bad_request', { fields: [['host', 'elsewhere.test']] }],
    ['bad_request', { method: 'POST', path: '/holdfast/sealed', body: utf8('a seal in a seal') }],
  ])('%s', async (code, inner) => {
    let reached = 0
    const { url } = await backend((_message, response) => {
      reached += 1
      response.end()
    })
    const { port, nextRequest } = await sealedTo({ url, limits: { bodyBytes: 2_000, ownBodyBytes: 1_000 } })
    const over = nextRequest()
    const connection = outerConnection(port)
    const request = await seal(origin, sealing, inner)
    const outer = await connection.post(request.message)
    expect(outer.status).toBe(200)
    expect(outer.fields.has('holdfast-error')).toBe(false)
    expect(codeOf(await request.open(outer.body))).toBe(code)
    expect((await over).code).toBe(code)
    expect(reached).toBe(0)
    // What was wrong inside says nothing of the connection.
    const next = await seal(origin, sealing)
    expect((await next.open((await connection.post(next.message)).body)).status).toBe(200)
  })

  test.each([
    ['upstream_unreachable', 'safe', { path: '/open/a' }],
    ['outcome_unknown', 'unsafe', unsafe()],
  ] as const)(
    '%s when a backend fails in the middle of its answer to a %s request',
    async (code, _kind, inner) => {
      const { url } = await backend((_message, response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('half of it')
        setImmediate(() => response.destroy())
      })
      const { port } = await sealedTo({ url })
      const { inside } = await ask(port, inner)
      expect(codeOf(inside)).toBe(code)
      expect(fromUtf8(inside.body)).not.toContain('half')
    },
  )

  test('upstream_timeout', async () => {
    const { url } = await backend(() => undefined)
    const { port } = await sealedTo({ url, upstream: { timeoutMs: 50 } })
    expect(codeOf((await ask(port, {})).inside)).toBe('upstream_timeout')
  })

  test('upstream_invalid for a field nobody may write', async () => {
    const { url } = await backend((message) => {
      message.socket.end('HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n')
    })
    const { port } = await sealedTo({ url })
    expect(codeOf((await ask(port, {})).inside)).toBe('upstream_invalid')
  })

  test('overloaded when the device has its share of the backend already', async () => {
    const held = deferred()
    const { url } = await backend((_message, response) => void held.promise.then(() => response.end()))
    onTestFinished(() => held.resolve())
    const { port } = await sealedTo({ url, upstream: { connections: 4 } })
    const waiting = Array.from({ length: 5 }, () => ask(port, { path: '/a', fields: [good] }))
    const { inside } = await Promise.race(waiting)
    expect(codeOf(inside)).toBe('overloaded')
    held.resolve()
    await Promise.all(waiting)
  })
})

describe('an answer that cannot be gathered', () => {
  test.each([
    [
      'with a length',
      (response: ServerResponse): void =>
        response.writeHead(200, { 'content-length': '5000' }).flushHeaders(),
    ],
    ['in chunks', (response: ServerResponse): void => void response.write('x'.repeat(5_000))],
    [
      'of events',
      (response: ServerResponse): void => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: 1\n\n')
      },
    ],
  ])('%s is answer_too_large at once, and the backend is let go', async (_name, begin) => {
    const gone = deferred()
    const { url } = await backend((_message, response) => {
      response.on('close', () => gone.resolve())
      begin(response)
    })
    const { port, nextRequest, server } = await sealedTo({ url, limits: { wholeAnswerBytes: 4_000 } })
    const over = nextRequest()
    expect(codeOf((await ask(port, {})).inside)).toBe('answer_too_large')
    await gone.promise
    expect(await over).toMatchObject({ code: 'answer_too_large', status: 502, sealed: true })
    expect(server.claims).toEqual([])
  })

  test('runs to its end all the same when it is unsafe: it was executed', async () => {
    const rest = deferred()
    let cut = false
    const { url } = await backend((_message, response) => {
      response.on('close', () => {
        cut = !response.writableFinished
      })
      response.write('x'.repeat(5_000))
      void rest.promise.then(() => response.end('the rest'))
    })
    const { port, server } = await sealedTo({ url, limits: { wholeAnswerBytes: 4_000 } })
    const request = unsafe()
    expect(codeOf((await ask(port, request)).inside)).toBe('answer_too_large')
    expect(codeOf((await ask(port, request)).inside)).toBe('request_in_progress')
    const claim = server.nextClaim()
    rest.resolve()
    expect(await claim).toBe('executed')
    expect(cut).toBe(false)
  })

  test('is overloaded when there is no room for it, and what it held is free again', async () => {
    const { url } = await backend((_message, response) => void response.end('x'.repeat(50_000)))
    const { port, metrics, nextRequest } = await sealedTo({ url, limits: { spooledBytes: 20_000 } })
    const over = nextRequest()
    expect(codeOf((await ask(port, {})).inside)).toBe('overloaded')
    await over
    expect(await metrics.registry.metrics()).toContain('holdfast_spooled_bytes 0')
  })

  test('a client that leaves is gathered for no longer', async () => {
    const [arrived, gone] = [deferred(), deferred()]
    const { url } = await backend((_message, response) => {
      response.on('close', () => gone.resolve())
      response.write('x')
      arrived.resolve()
    })
    const { port, nextRequest } = await sealedTo({ url })
    const over = nextRequest()
    const connection = outerConnection(port)
    const answer = connection.post((await seal(origin, sealing)).message).catch(() => 'left')
    await arrived.promise
    connection.leave()
    expect(await answer).toBe('left')
    await gone.promise
    expect(await over).toMatchObject({ status: 0, sealed: true })
  })
})

describe('what cannot be opened is refused plainly', () => {
  const outer = (message: Uint8Array, line = 'POST /holdfast/sealed', type = 'message/ohttp-req'): string =>
    requestText(line, [`Content-Type: ${type}`], Buffer.from(message).toString('latin1'))

  test.each<[string, (message: Uint8Array) => string]>([
    ['stale_sealing_key', (message) => outer(Uint8Array.of(8, ...message.subarray(1)))],
    ['sealed_request_refused', (message) => outer(Uint8Array.of(...message.subarray(0, -1), 0, 0))],
    ['sealed_request_refused', (message) => outer(message.subarray(0, 20))],
    ['sealed_request_refused', () => outer(utf8('x'))],
    ['bad_request', (message) => outer(message, 'POST /holdfast/sealed', 'application/json')],
    ['method_refused', (message) => outer(message, 'PUT /holdfast/sealed')],
    ['method_refused', () => requestText('GET /holdfast/sealed')],
    ['sealed_body_too_large', () => outer(new Uint8Array(80_000))],
  ])('%s', async (code, request) => {
    const { url } = await backend(echo)
    const { port, nextRequest } = await sealedTo({ url, limits: { bodyBytes: 2_000, ownBodyBytes: 1_000 } })
    const over = nextRequest()
    const { message } = await seal(origin, sealing)
    expect(outerCodeOf(await exchangeRaw(port, request(message)))).toBe(code)
    expect(await over).toMatchObject({ code, route: 'sealed', sealed: false })
  })

  test('nothing is spooled for a client that leaves halfway', async () => {
    const { url } = await backend(echo)
    const { port, nextRequest, metrics } = await sealedTo({ url })
    const over = nextRequest()
    const { message } = await seal(origin, sealing)
    const { socket } = rawConnection(port)
    socket.write(
      `POST /holdfast/sealed HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: ${message.length}\r\n\r\n`,
    )
    socket.end(message.subarray(0, 100))
    expect(await over).toMatchObject({ status: 0, route: 'sealed' })
    expect(await metrics.registry.metrics()).toContain('holdfast_spooled_bytes 0')
  })
})

describe('a route with signed answers', () => {
  const routes = [
    {
      path: '/a/*',
      policy: 'signed',
      signer: 'any',
      fields: [],
      answer: 'signed',
      upstream: 'bank',
      forward: [],
    },
  ] as const
  const signedGet = (path: string): string => requestText(`GET ${path}`, ['Signature: good'])

  test('gathers and signs the answer, new or repeated', async () => {
    const { url } = await backend((message, response) => {
      if (message.url === '/a/204') response.writeHead(204).end()
      else if (message.url === '/a/chunks') {
        response.write('one')
        response.end('two')
      } else response.writeHead(200, { signature: 'mine', 'content-length': '5' }).end('hello')
    })
    const { port } = await gatewayTo({ url, routes })
    const answer = await exchangeRaw(port, signedGet('/a/b'))
    expect(answer).toContain('signature: over 5\r\n')
    expect(answer).not.toContain('mine')
    expect(answer).toContain('content-length: 5\r\n')
    expect(answer.endsWith('hello')).toBe(true)
    expect(await exchangeRaw(port, signedGet('/a/chunks'))).toContain('signature: over 6\r\n')
    expect(await exchangeRaw(port, signedGet('/a/204'))).toMatch(/ 204 [^]*signature: over 0\r\n/)
    const head = await exchangeRaw(port, requestText('HEAD /a/b', ['Signature: good']))
    expect(head).toContain('signature: over 0\r\n')
    expect(head.match(/content-length: \d+/g)).toEqual(['content-length: 5'])
    const post = requestText('POST /a/b', ['Signature: good', 'Idempotency-Key: kept'], 'text')
    expect(await exchangeRaw(port, post)).toContain('signature: over 5')
    const again = await exchangeRaw(port, post)
    expect(again).toContain('signature: over 5')
    expect(again).toContain('holdfast-repeated: true')
    expect(again).toContain('content-length: 5\r\n')
  })

  test('needs no signature inside a seal', async () => {
    const { url } = await backend(echo)
    const { port } = await sealedTo({ url, routes })
    const { inside } = await ask(port, { path: '/a/b', fields: [good] })
    expect(fieldOf(inside, 'signature')).toBeUndefined()
    expect(echoedBy(inside).url).toBe('/a/b')
  })

  test('answer_too_large for what is over the limit; an unsafe request was executed', async () => {
    const { url } = await backend((_message, response) => void response.end('x'.repeat(5_000)))
    const { port, server } = await gatewayTo({ url, routes, limits: { wholeAnswerBytes: 4_000 } })
    expect(outerCodeOf(await exchangeRaw(port, signedGet('/a/b')))).toBe('answer_too_large')
    const claim = server.nextClaim()
    const post = requestText('POST /a/b', ['Signature: good', 'Idempotency-Key: large'], 'text')
    expect(outerCodeOf(await exchangeRaw(port, post))).toBe('answer_too_large')
    expect(await claim).toBe('executed')
  })

  test('a client that does not take it is cut off, and what was held for it is free', async () => {
    const large = Buffer.alloc(10 * 2 ** 20)
    const { url } = await backend((_message, response) => void response.end(large))
    const limits = { answerBytesPerSecond: 100_000_000 }
    const { port, nextRequest, metrics } = await gatewayTo({ url, routes, limits })
    const over = nextRequest()
    const { socket } = rawConnection(port)
    socket.pause()
    socket.write(signedGet('/a/b'))
    expect(await over).toMatchObject({ status: 200 })
    expect(await metrics.registry.metrics()).toContain('holdfast_spooled_bytes 0')
    let received = 0
    socket.on('data', (chunk: Buffer) => (received += chunk.length)).resume()
    await once(socket, 'close')
    expect(received).toBeLessThan(large.length)
  })

  test('a failure in the middle of the answer is a refusal, not half an answer', async () => {
    const { url } = await backend((_message, response) => {
      response.write('half of it')
      setImmediate(() => response.destroy())
    })
    const { port } = await gatewayTo({ url, routes })
    const answer = await exchangeRaw(port, signedGet('/a/b'))
    expect(outerCodeOf(answer)).toBe('upstream_unreachable')
    expect(answer).not.toContain('half')
  })
})
