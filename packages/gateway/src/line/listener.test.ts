import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  backend,
  deferred,
  exchangeRaw,
  gatewayTo,
  rawConnection,
  requestText,
  signed,
  signedUnsafe,
} from '../../test/fixture.ts'

const codeOf = (answer: string): string | undefined => /holdfast-error: (\w+)/.exec(answer)?.[1]

/** Each a whole message on a connection of its own; each has to be refused, and the connection to end. */
const corpus: Array<[name: string, message: string, code?: string]> = [
  [
    'CL.TE',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
  ],
  [
    'TE.CL',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\nx',
  ],
  [
    'TE.TE',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n',
  ],
  [
    'TE twice chunked',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'TE gzip, chunked',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'TE chunked, identity',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  ],
  ['TE identity', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: identity\r\n\r\n'],
  [
    'TE xchunked',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'TE with a parameter',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n',
  ],
  [
    'TE with a vertical tab',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'TE in HTTP/1.0',
    'POST /open/a HTTP/1.0\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'CL twice, equal',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na',
  ],
  [
    'CL twice, different',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  ],
  ['CL list', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 1, 1\r\n\r\na'],
  ['CL with a sign', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: +1\r\n\r\na'],
  ['CL hexadecimal', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0x1\r\n\r\na'],
  ['CL with a leading zero', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 01\r\n\r\na'],
  ['CL empty', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: \r\n\r\n'],
  ['space before the colon', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length : 1\r\n\r\na'],
  ['obs-fold', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nX-A: b\r\n c\r\n\r\n'],
  ['space before the first field', 'GET /open/a HTTP/1.1\r\n X-A: b\r\nHost: gateway.test\r\n\r\n'],
  ['bare LF after a field', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\nX-A: b\r\n\r\n'],
  ['bare LF everywhere', 'GET /open/a HTTP/1.1\nHost: gateway.test\n\n'],
  ['bare CR', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\rX-A: b\r\n\r\n'],
  ['NUL in a value', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nX-A: b\0c\r\n\r\n'],
  ['space in a name', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nX A: b\r\n\r\n'],
  ['field without a colon', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nX-A\r\n\r\n'],
  [
    'chunk size 0x1',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n',
  ],
  [
    'chunk size +1',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n',
  ],
  [
    'chunk size with a space',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n',
  ],
  [
    'chunk size too large',
    `POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\na`,
  ],
  [
    'chunk longer than its size',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
  ],
  [
    'chunk size line with bare LF',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n',
  ],
  [
    'Content-Length as a trailer',
    'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n',
  ],
  ['two Host, equal', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nHost: gateway.test\r\n\r\n'],
  ['two Host, different', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nHost: evil.test\r\n\r\n'],
  ['no Host', 'GET /open/a HTTP/1.1\r\n\r\n'],
  ['another Host', 'GET /open/a HTTP/1.1\r\nHost: evil.test\r\n\r\n'],
  ['absolute form', 'GET http://gateway.test/open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['absolute form for another host', 'GET http://evil.test/ HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['asterisk form', 'OPTIONS * HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['HTTP/0.9', 'GET /open/a\r\n\r\n'],
  ['HTTP/2.0', 'GET /open/a HTTP/2.0\r\nHost: gateway.test\r\n\r\n'],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/1.2', 'GET /open/a HTTP/1.2\r\nHost: gateway.test\r\n\r\n'],
  [
    'Connection names a field',
    'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nConnection: X-Device-Id\r\n\r\n',
  ],
  [
    'Connection names our field',
    'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nConnection: close, Signature\r\n\r\n',
  ],
  [
    'doubled Authorization',
    'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n',
  ],
  ['fragment', 'GET /open/a#b HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['backslash', 'GET /open\\a HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['double slash', 'GET //open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['dot segment', 'GET /open/../a HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['encoded dot segment', 'GET /open/%2e%2e/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['encoded slash', 'GET /open%2fa HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['path parameter', 'GET /open;x/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['octets beyond ASCII in the target', 'GET /open/\xc0\xaf HTTP/1.1\r\nHost: gateway.test\r\n\r\n'],
  ['underscore twin of our field', 'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nHoldfast_User: x\r\n\r\n'],
  [
    'GET with a body',
    'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 1\r\n\r\na',
    'body_refused',
  ],
  ['CONNECT', 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n', 'method_refused'],
  ['TRACE', 'TRACE /open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n', 'method_refused'],
  ['PROPFIND', 'PROPFIND /open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n', 'method_refused'],
  ['unknown method', 'FOO /open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\n', 'method_refused'],
  [
    'WebSocket',
    'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'upgrade_refused',
  ],
  [
    'h2c',
    'GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    'upgrade_refused',
  ],
  [
    'too many octets of fields',
    `GET /open/a HTTP/1.1\r\nHost: gateway.test\r\nX-A: ${'b'.repeat(20_000)}\r\n\r\n`,
    'header_too_large',
  ],
  [
    'too many fields',
    `GET /open/a HTTP/1.1\r\nHost: gateway.test\r\n${'A:\r\n'.repeat(150)}\r\n`,
    'header_too_large',
  ],
]

describe('a message two readers could understand differently', () => {
  test.each(corpus)('%s', async (_name, message: string, code = 'ambiguous_request') => {
    let reached = 0
    const { url } = await backend((_message, response) => {
      reached += 1
      response.end()
    })
    const { port } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, message)
    expect(answer).toMatch(/^HTTP\/1\.1 418 /)
    expect(codeOf(answer)).toBe(code)
    expect(answer).toMatch(/connection: close/i)
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(reached).toBe(0)
  })
})

test.each(['gateway.test', 'GATEWAY.test', 'gateway.test:80', 'listed.test:8080'])(
  'Host %s is ours',
  async (host) => {
    const { url } = await backend((_message, response) => void response.end('here'))
    const { port } = await gatewayTo({ url })
    const answer = await exchangeRaw(
      port,
      `GET /open/a HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toContain('here')
  },
)

test('a broken message after a whole one: the first is answered as its own, the second not at all', async () => {
  const arrived = deferred()
  let finish: () => void = () => undefined
  const { url } = await backend((_message, response) => {
    finish = () => response.end('first')
    arrived.resolve()
  })
  const { port } = await gatewayTo({ url })
  const raw = rawConnection(port)
  raw.socket.write('GET /open/a HTTP/1.1\r\nHost: gateway.test\r\n\r\nGET /open/b HTTP/1.1\nHost: x\n\n')
  await arrived.promise
  finish()
  const answer = await raw.end()
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
})

test('octets after a request that ends its connection are no request', async () => {
  let reached = 0
  const { url } = await backend((_message, response) => {
    reached += 1
    response.end()
  })
  const { port } = await gatewayTo({ url })
  const answer = await exchangeRaw(
    port,
    `${requestText('POST /open/a')}GET /open/b HTTP/1.1\r\nHost: gateway.test\r\n\r\n`,
  )
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  expect(reached).toBe(1)
})

describe('pipelined requests', () => {
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: gateway.test\r\n\r\n`

  test('all of them are over when their client leaves, those that waited for their turn too', async () => {
    const arrived = deferred()
    let reached = 0
    const { url } = await backend(() => {
      reached += 1
      if (reached === 3) arrived.resolve()
    })
    const { port, requests, metrics } = await gatewayTo({ url })
    const raw = rawConnection(port)
    raw.socket.write(`${get('/open/a')}${get('/open/b')}${get('/open/c')}`)
    await arrived.promise
    raw.socket.destroy()
    await expect.poll(() => requests.length).toBe(3)
    expect(await metrics.registry.metrics()).toContain('holdfast_requests_in_flight 0')
  })

  test('so is one whose answer broke off while it waited for its turn', async () => {
    const { url } = await backend((message, response) => {
      if (message.url === '/open/a') return
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => message.socket.destroy())
    })
    const { port, requests, failures } = await gatewayTo({ url })
    const raw = rawConnection(port)
    raw.socket.write(`${get('/open/a')}${get('/open/b')}`)
    await expect.poll(() => failures.length).toBe(1)
    raw.socket.destroy()
    await expect.poll(() => requests.length).toBe(2)
  })

  test('none is run behind a refusal that ends the connection', async () => {
    let reached = 0
    const { url } = await backend((_message, response) => {
      reached += 1
      response.end()
    })
    const { port, requests } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, `${get('/open//a')}${get('/open/b')}${get('/open/c')}`)
    expect(codeOf(answer)).toBe('ambiguous_request')
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(reached).toBe(0)
    expect(requests).toHaveLength(1)
  })

  test('a few are answered in order; the connection ends before those that are too many', async () => {
    let reached = 0
    const { url } = await backend((message, response) => {
      reached += 1
      response.end(`answer ${message.url} `)
    })
    const { port, requests, metrics } = await gatewayTo({ url, upstream: { connections: 64 } })
    const paths = Array.from({ length: 20 }, (_, i) => `/open/${i}`)
    const answer = await exchangeRaw(port, paths.map(get).join(''))
    expect([...answer.matchAll(/answer (\S+) /g)].map(([, path]) => path)).toEqual(paths.slice(0, 8))
    expect(reached).toBe(8)
    expect(requests).toHaveLength(8)
    expect(await metrics.registry.metrics()).toContain('holdfast_requests_in_flight 0')
  })
})

describe('bodies', () => {
  test('over the limit: refused by its length, and by what arrives', async () => {
    const { url } = await backend((_message, response) => void response.end())
    const { port, metrics } = await gatewayTo({ url, limits: { bodyBytes: 10 } })
    expect(codeOf(await exchangeRaw(port, requestText('POST /open/a', [], 'x'.repeat(11))))).toBe(
      'body_too_large',
    )
    const chunked = `${requestText('POST /open/a', ['Transfer-Encoding: chunked'])}b\r\n${'x'.repeat(11)}\r\n0\r\n\r\n`
    expect(codeOf(await exchangeRaw(port, chunked))).toBe('body_too_large')
    expect(await metrics.registry.metrics()).toContain('holdfast_spooled_bytes 0')
  })

  test('more than the process may hold: overloaded', async () => {
    const { url } = await backend((_message, response) => void response.end())
    const { port } = await gatewayTo({ url, limits: { spooledBytes: 10 } })
    expect(codeOf(await exchangeRaw(port, requestText('POST /open/a', [], 'x'.repeat(11))))).toBe(
      'overloaded',
    )
  })

  test('one client holds its share of the memory and no more; others get theirs', async () => {
    const { url } = await backend((_message, response) => void response.end('done'))
    const { port, metrics } = await gatewayTo({
      url,
      trustedProxies: ['127.0.0.1'],
      limits: { bodyBytes: 60_000, wholeAnswerBytes: 1_000, spooledBytes: 800_000, spooledSharePercent: 25 },
    })
    const upload = (client: string): string =>
      requestText('POST /open/a', [`X-Forwarded-For: ${client}`], 'x'.repeat(50_000))
    const held = Array.from({ length: 4 }, () => {
      const raw = rawConnection(port)
      raw.socket.write(upload('192.0.2.1').slice(0, -1))
      return raw
    })
    const spooled = (bytes: number): Promise<void> =>
      expect
        .poll(() => metrics.registry.metrics(), { timeout: 10_000 })
        .toContain(`holdfast_spooled_bytes ${bytes}\n`)
    await spooled(4 * 49_999)
    expect(codeOf(await exchangeRaw(port, upload('192.0.2.1')))).toBe('overloaded')
    expect(await exchangeRaw(port, upload('192.0.2.2'))).toContain('done')
    held[0]?.socket.destroy()
    await spooled(3 * 49_999)
    for (const { socket } of held.slice(1)) socket.write('x')
    for (const raw of held.slice(1)) expect(await raw.end()).toContain('done')
    expect(await exchangeRaw(port, upload('192.0.2.1'))).toContain('done')
    await spooled(0)
  })

  test('100 Continue is said only when the head was accepted', async () => {
    const { url } = await backend((_message, response) => void response.end('done'))
    const { port } = await gatewayTo({ url })
    const head = (fields: string): string =>
      `POST /a HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\nContent-Length: 1\r\nExpect: 100-continue\r\n${fields}\r\n`
    const refused = await exchangeRaw(port, head('Idempotency-Key: k\r\n'))
    expect(codeOf(refused)).toBe('signature_missing')
    expect(refused).not.toContain('100 Continue')
    const raw = rawConnection(port)
    raw.socket.write(head(`${signedUnsafe().join('\r\n')}\r\n`))
    await raw.until('100 Continue')
    raw.socket.write('x')
    expect(await raw.end()).toContain('done')
  })
})

describe('slow and many', () => {
  test.each([
    ['nothing', ''],
    ['half a head', 'GET /open/a HTTP/1.1\r\nHost: gate'],
    ['half a body', 'POST /open/a HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 10\r\n\r\nhalf'],
  ])('a client that sends %s is cut', async (_name, text) => {
    const { url } = await backend((_message, response) => void response.end())
    const { port, metrics } = await gatewayTo({ url, limits: { headMs: 100, requestMs: 200 } })
    const answer = await exchangeRaw(port, text)
    expect(codeOf(answer)).toBe('request_timeout')
    expect(await metrics.registry.metrics()).toContain('holdfast_refused_total{code="request_timeout"} 1')
  })

  test('connections of one address over its limit are not served', async () => {
    const { url } = await backend((_message, response) => void response.end())
    const { port } = await gatewayTo({ url, limits: { connectionsPerAddress: 2 } })
    const held = [rawConnection(port), rawConnection(port)]
    await Promise.all(held.map(({ socket }) => once(socket, 'connect')))
    expect(await exchangeRaw(port, requestText('GET /open/a'))).toBe('')
    held[0]?.socket.destroy()
  })

  test('requests over the limits are told so', async () => {
    const arrived = deferred()
    const answers: Array<() => void> = []
    const { url } = await backend((_message, response) => {
      answers.push(() => response.end('late'))
      arrived.resolve()
    })
    const { port, nextRequest } = await gatewayTo({ url, limits: { requestsPerAddress: 1 } })
    const first = exchangeRaw(port, requestText('GET /open/a'))
    await arrived.promise
    expect(codeOf(await exchangeRaw(port, requestText('GET /open/b')))).toBe('overloaded')
    const over = nextRequest()
    answers[0]?.()
    expect(await first).toContain('late')
    await over
    const again = exchangeRaw(port, requestText('GET /open/c'))
    await expect.poll(() => answers.length).toBe(2)
    answers[1]?.()
    expect(await again).toContain('late')
  })
})

describe('closing', () => {
  test('fifty requests under way are all answered, idle connections end, new ones are not taken', async () => {
    const waiting: Array<() => void> = []
    const allThere = deferred()
    const { url } = await backend((message, response) => {
      waiting.push(() => response.end(`answer ${message.url}`))
      if (waiting.length === 50) allThere.resolve()
    })
    const { gateway, port } = await gatewayTo({ url, upstream: { connections: 200 } })
    const idle = rawConnection(port)
    idle.socket.write('GET /holdfast/x HTTP/1.1\r\nHost: gateway.test\r\n\r\n')
    await idle.until('own 0')
    const answers = Array.from({ length: 50 }, (_, i) => {
      const fields = i % 2 === 0 ? signed : signedUnsafe()
      // Kept alive by the client: the gateway has to end these connections itself.
      return exchangeRaw(
        port,
        requestText(`${i % 2 === 0 ? 'GET' : 'POST'} /slow/${i}`, fields).replace(
          'Connection: close\r\n',
          '',
        ),
      )
    })
    await allThere.promise
    const closed = gateway.close({ drainMs: 10_000 })
    await idle.end()
    const [refused] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
    expect(refused.code).toBe('ECONNREFUSED')
    for (const answer of waiting) answer()
    const texts = await Promise.all(answers)
    await closed
    for (const [i, text] of texts.entries()) {
      expect(text).toContain(`answer /slow/${i}`)
      expect(text).toMatch(/connection: close/i)
    }
  })

  test('what does not finish in time is cut, and unsafe requests are marked', async () => {
    const arrived = deferred()
    const { url } = await backend(() => arrived.resolve())
    const { gateway, port, server } = await gatewayTo({ url })
    const answer = exchangeRaw(port, requestText('POST /slow', signedUnsafe(), 'x'))
    await arrived.promise
    await gateway.close({ drainMs: 50 })
    expect(codeOf(await answer)).toBe('outcome_unknown')
    expect(server.claims).toEqual(['unknown'])
  })
})
