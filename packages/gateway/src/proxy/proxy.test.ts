import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { forwardBase, HoldfastError } from '@holdfast/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  backend,
  deferred,
  exchangeRaw,
  gatewayTo,
  rawConnection,
  requestText,
  secret,
  signed,
  signedUnsafe,
} from '../../test/fixture.ts'

/** Answers with what arrived: method, target, raw fields and body. */
function echo(message: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  message.on('end', () => {
    const { method, url, rawHeaders } = message
    response.end(JSON.stringify({ method, url, rawHeaders, body: Buffer.concat(chunks).toString('latin1') }))
  })
}
type Echoed = { method: string; url: string; rawHeaders: string[]; body: string }

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}
function echoedBy(answer: string): Echoed & { fields: Record<string, string> } {
  const body = bodyOf(answer)
  const echoed = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as Echoed
  const fields: Record<string, string> = {}
  for (let i = 0; i < echoed.rawHeaders.length; i += 2)
    fields[(echoed.rawHeaders[i] as string).toLowerCase()] = echoed.rawHeaders[i + 1] as string
  return { ...echoed, fields }
}
const codeOf = (answer: string): string | undefined => /holdfast-error: (\w+)/.exec(answer)?.[1]

describe('what reaches a backend', () => {
  test('the target as sent, under the prefix of the upstream', async () => {
    const { url } = await backend(echo)
    const { port } = await gatewayTo({ url: `${url}/base/` })
    const echoed = echoedBy(await exchangeRaw(port, requestText('GET /a/%C3%A9?q=%41&r=+', signed)))
    expect(echoed).toMatchObject({ method: 'GET', url: '/base/a/%C3%A9?q=%41&r=+' })
    expect(echoed.fields['host']).toBe(url.slice('http://'.length))
  })

  test.each([
    'X-HTTP-Method-Override: DELETE',
    'X-Method-Override: DELETE',
    'Range: bytes=0-1',
    'Cookie: a=b',
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-Host: evil.test',
    'Forwarded: for=10.0.0.1',
    'X-Real-IP: 10.0.0.1',
    'X-Original-URL: /admin',
    'X-Request-Id: mine',
    'Holdfast-User: somebody',
    'Holdfast-Reply-Key: key-of-anybody',
    'HOLDFAST-DEVICE: another',
    'Client-Cert: :AAAA:',
    'X-Device-Id: another',
    'Authorization: Holdfast token',
    'Proxy-Authorization: Basic eDp5',
    'Keep-Alive: timeout=9',
    'TE: trailers',
    'Accept-Encoding: gzip',
    'If-Range: "x"',
    'X-Anything: at-all',
  ])('not %s', async (line) => {
    const { url } = await backend(echo)
    const { port } = await gatewayTo({ url })
    const { rawHeaders } = echoedBy(await exchangeRaw(port, requestText('GET /open/a', [line])))
    const value = line.slice(line.indexOf(':') + 2)
    expect(rawHeaders).not.toContain(value)
    expect(
      rawHeaders.map((text) => text.toLowerCase()).filter((text) => text.startsWith('holdfast')),
    ).toEqual([])
  })

  test('the fields on the list, those the route names, and a reference of ours', async () => {
    const { url } = await backend(echo)
    const routes = [
      {
        path: '/named/*',
        policy: 'open' as const,
        signer: 'any' as const,
        fields: [],
        upstream: 'bank',
        forward: ['cookie', 'x-locale'],
      },
    ]
    const { port, requests } = await gatewayTo({ url, routes })
    const lines = ['Accept: a/b', 'Cookie: c=d', 'X-Locale: de', 'If-None-Match: "e"', 'Content-Type: f/g']
    const { fields, body } = echoedBy(await exchangeRaw(port, requestText('POST /named/x', lines, 'text')))
    expect(fields).toMatchObject({
      accept: 'a/b',
      cookie: 'c=d',
      'x-locale': 'de',
      'if-none-match': '"e"',
      'content-type': 'f/g',
      'content-length': '4',
      'x-request-id': requests[0]?.reference,
    })
    expect(body).toBe('text')
  })

  test.each(['If-Match', 'If-Modified-Since', 'If-None-Match'])(
    'on a signed route %s only where the route names it: elsewhere nobody signed it',
    async (name) => {
      const { url } = await backend(echo)
      const field = name.toLowerCase()
      const named = { signer: 'any', upstream: 'bank', fields: [field], forward: [field] } as const
      const routes = [{ ...named, path: '/named', policy: 'signed' as const }]
      const { port } = await gatewayTo({ url, routes })
      const sent = async (path: string): Promise<Record<string, string>> =>
        echoedBy(await exchangeRaw(port, requestText(`GET ${path}`, [...signed, `${name}: "v"`]))).fields
      expect(await sent('/other')).not.toHaveProperty(field)
      expect(await sent('/named')).toMatchObject({ [field]: '"v"' })
    },
  )

  test('the verified identity with a signature the backend can check', async () => {
    const { url } = await backend(echo)
    const named = { signer: 'any', upstream: 'bank', fields: ['x-purpose'], forward: ['x-purpose'] } as const
    const routes = [{ ...named, path: '/pay', policy: 'signed' as const }]
    const { port } = await gatewayTo({ url: `${url}/base`, routes })
    const lines = [...signedUnsafe('key-1234567890abcdef'), 'Content-Digest: text', 'Holdfast-User: somebody']
    lines.push('Content-Type: text/plain', 'X-Purpose: rent', 'Holdfast-Reply-Key: reply')
    const { fields } = echoedBy(await exchangeRaw(port, requestText('POST /pay?to=x', lines, 'text')))
    expect(fields['x-purpose']).toBe('rent')
    expect(fields['holdfast-user']).toBe('user%20%C3%BC')
    expect(fields['holdfast-device']).toBe('phone')
    expect(fields['content-digest']).toBe('text')
    const input = fields['signature-input'] ?? ''
    const created = Number(/created=(\d+)/.exec(input)?.[1])
    const nonce = /nonce="([A-Za-z0-9_-]{22})"/.exec(input)?.[1] ?? ''
    const { base, input: expected } = forwardBase(
      { method: 'POST', target: '/base/pay?to=x', fields: new Map(Object.entries(fields)) },
      ['x-purpose'],
      { created, nonce, keyid: 'bank', algorithm: 'hmac-sha256' },
    )
    expect(input).toBe(`hf=${expected}`)
    expect(input).toContain(' "content-digest" "content-type" "holdfast-user" ')
    expect(input).toContain(' "idempotency-key" "holdfast-reply-key" "x-purpose");')
    expect(fields['holdfast-reply-key']).toBe('reply')
    const mac = createHmac('sha256', secret).update(base).digest('base64')
    expect(fields['signature']).toBe(`hf=:${mac}:`)
  })

  test('nothing before its digest is checked', async () => {
    let reached = 0
    const { url } = await backend((message, response) => {
      reached += 1
      echo(message, response)
    })
    const { port, server } = await gatewayTo({ url })
    const lines = [...signedUnsafe(), 'Content-Digest: other']
    expect(codeOf(await exchangeRaw(port, requestText('POST /pay', lines, 'text')))).toBe('digest_mismatch')
    expect(codeOf(await exchangeRaw(port, requestText('GET /a')))).toBe('signature_missing')
    expect(codeOf(await exchangeRaw(port, requestText('GET /a', ['Signature: bad'])))).toBe(
      'signature_invalid',
    )
    expect(reached).toBe(0)
    expect(server.claims).toEqual([])
  })

  test('a chunked body in one piece with a length, its chunk extensions and trailers gone', async () => {
    const { url } = await backend(echo)
    const { port } = await gatewayTo({ url })
    const body = '2;ext=1\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: d\r\n\r\n'
    const { fields, body: arrived } = echoedBy(
      await exchangeRaw(port, `${requestText('POST /open/a', ['Transfer-Encoding: chunked'])}${body}`),
    )
    expect(arrived).toBe('abc')
    expect(fields['content-length']).toBe('3')
    expect(fields).not.toHaveProperty('transfer-encoding')
    expect(fields).not.toHaveProperty('x-trailer')
  })

  test('a signature that is looked up first gets through likewise', async () => {
    const { url } = await backend(echo)
    const { port } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, requestText('GET /a', ['Signature: later']))
    expect(echoedBy(answer).fields['holdfast-device']).toBe('phone')
  })
})

describe('what comes back', () => {
  test('status and fields without those of a hop and of ours; nothing of a signed route is cached', async () => {
    const { url } = await backend((_message, response) => {
      const fields = [
        'Location: http://elsewhere.test/',
        'Set-Cookie: a=1',
        'Set-Cookie: b=2',
        'Holdfast-Error: session_ended',
        'Signature: hf=:AAAA:',
        'Signature-Input: hf=()',
        'Connection: X-Hop',
        'X-Hop: gone',
        'Cache-Control: public, max-age=60',
      ]
      response.writeHead(
        302,
        fields.flatMap((line) => line.split(/: (.*)/, 2)),
      )
      response.end('moved')
    })
    const { port } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, requestText('GET /a', signed))
    expect(answer).toMatch(/^HTTP\/1\.1 302 /)
    expect(answer).toContain('location: http://elsewhere.test/')
    expect(answer).toContain('set-cookie: a=1\r\nset-cookie: b=2')
    expect(answer).toContain('cache-control: no-store')
    expect(answer).not.toMatch(/holdfast-|signature|x-hop|max-age/i)
    const open = await exchangeRaw(port, requestText('GET /open/a'))
    expect(open).toContain('cache-control: public, max-age=60')
  })

  test.each([
    ['GET /a', 204],
    ['GET /a', 304],
    ['HEAD /a', 200],
  ])('%s with status %i has no body', async (line, status) => {
    const { url } = await backend((_message, response) => void response.writeHead(status).end())
    const { port } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, requestText(line, signed))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(bodyOf(answer)).toBe('')
  })

  test('what Holdfast itself answers to HEAD has the length of its body and no body', async () => {
    const { url } = await backend(echo)
    const { port } = await gatewayTo({ url })
    const own = await exchangeRaw(port, requestText('HEAD /holdfast/x'))
    expect(own).toContain('content-length: 5\r\n')
    expect(bodyOf(own)).toBe('')
    const refused = await exchangeRaw(port, requestText('HEAD /a'))
    expect(codeOf(refused)).toBe('signature_missing')
    expect(Number(/content-length: (\d+)/.exec(refused)?.[1])).toBeGreaterThan(10)
    expect(bodyOf(refused)).toBe('')
  })

  test('server-sent events arrive one by one while the answer is still open', async () => {
    let stream: ServerResponse | undefined
    const { url } = await backend((_message, response) => {
      stream = response
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
    })
    const { port } = await gatewayTo({ url })
    const raw = rawConnection(port)
    raw.socket.write(requestText('GET /events', signed))
    await raw.until('text/event-stream')
    for (const event of ['data: one\n\n', 'data: two\n\n', 'data: three\n\n']) {
      stream?.write(event)
      await raw.until(event)
    }
    expect(raw.received()).not.toContain('\r\n0\r\n\r\n')
    stream?.end()
    expect(await raw.end()).toContain('\r\n0\r\n\r\n')
  })

  test('a client that reads slowly slows the backend down', async () => {
    const total = 64 * 1024 * 1024
    let written = 0
    const stall = deferred()
    let waiting: NodeJS.Timeout | undefined
    const { url } = await backend((_message, response) => {
      const chunk = Buffer.alloc(65_536, 1)
      const more = (): void => {
        while (written < total) {
          written += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', more)
            // Nothing moved for a while: every buffer on the way is full.
            clearTimeout(waiting)
            waiting = setTimeout(stall.resolve, 300)
            return
          }
        }
        response.end()
      }
      response.writeHead(200, { 'content-length': total })
      more()
    })
    const { port } = await gatewayTo({ url })
    const raw = rawConnection(port)
    raw.socket.pause()
    raw.socket.write(requestText('GET /open/big'))
    await stall.promise
    expect(written).toBeLessThan(total / 2)
    let read = 0
    raw.socket.removeAllListeners('data')
    raw.socket.on('data', (chunk: Buffer) => (read += chunk.length)).resume()
    await once(raw.socket, 'close')
    expect(read).toBeGreaterThan(total)
  })
})

describe('a client that takes a backend for itself', () => {
  test('gets its share of the connections and no more; others get theirs', async () => {
    const answers: ServerResponse[] = []
    const { url } = await backend((_message, response) => void answers.push(response))
    const { port } = await gatewayTo({
      url,
      upstream: { connections: 20 },
      limits: { upstreamSharePercent: 30 },
    })
    const held = Array.from({ length: 6 }, () => exchangeRaw(port, requestText('GET /open/slow')))
    await expect.poll(() => answers.length).toBe(6)
    expect(codeOf(await exchangeRaw(port, requestText('GET /open/slow')))).toBe('overloaded')
    const device = Array.from({ length: 6 }, () => exchangeRaw(port, requestText('GET /slow', signed)))
    await expect.poll(() => answers.length).toBe(12)
    expect(codeOf(await exchangeRaw(port, requestText('GET /slow', signed)))).toBe('overloaded')
    for (const answer of answers) answer.end('done')
    for (const answer of await Promise.all([...held, ...device])) expect(answer).toContain('done')
    const again = exchangeRaw(port, requestText('GET /open/slow'))
    await expect.poll(() => answers.length).toBe(13)
    answers[12]?.end('again')
    expect(await again).toContain('again')
  })

  test('is told so before its claim counts for anything', async () => {
    const answers: ServerResponse[] = []
    const { url } = await backend((_message, response) => void answers.push(response))
    const { port, server } = await gatewayTo({ url, upstream: { connections: 4 } })
    const held = Array.from({ length: 4 }, () => exchangeRaw(port, requestText('GET /slow', signed)))
    await expect.poll(() => answers.length).toBe(4)
    expect(codeOf(await exchangeRaw(port, requestText('POST /pay', signedUnsafe(), 'x')))).toBe('overloaded')
    expect(server.claims).toEqual(['released'])
    for (const answer of answers) answer.end()
    await Promise.all(held)
  })

  test.each([
    ['GET /open/big', []],
    ['POST /big', ['executed']],
  ] as const)('%s: who hardly reads the answer is cut off', async (line, claims) => {
    const total = 16 * 1024 * 1024
    const { url } = await backend((_message, response) => void response.end(Buffer.alloc(total)))
    const { port, server, requests } = await gatewayTo({ url, limits: { answerBytesPerSecond: 1_000_000 } })
    const raw = rawConnection(port)
    raw.socket.pause()
    raw.socket.write(requestText(line, line.startsWith('P') ? signedUnsafe() : []))
    await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(1)
    expect(server.claims).toEqual(claims)
  })
})

/** A backend that answers any request with these octets and ends the connection. */
async function octets(answer: string): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a backend that fails', () => {
  test('refused connection: nothing was sent, the key may be used again', async () => {
    const { url, server: closed } = await backend(echo)
    closed.close()
    await once(closed, 'close')
    const { port, server, failures } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, requestText('POST /pay', signedUnsafe(), 'x'))
    expect(codeOf(answer)).toBe('upstream_unreachable')
    expect(server.claims).toEqual(['released'])
    expect(failures).toMatchObject([{ code: 'upstream_unreachable', upstream: 'bank' }])
  })

  test.each([
    ['GET /a', false, 'upstream_unreachable', []],
    ['POST /a', false, 'outcome_unknown', ['unknown']],
    ['POST /a', true, 'upstream_unreachable', ['released']],
  ] as const)(
    '%s cut off before an answer (retriesIdempotently %s): %s',
    async (line, retries, code, claims) => {
      const { url } = await backend((message) => message.socket.destroy())
      const { port, server } = await gatewayTo({ url, upstream: { retriesIdempotently: retries } })
      expect(
        codeOf(await exchangeRaw(port, requestText(line, signedUnsafe(), line.startsWith('P') ? 'x' : ''))),
      ).toBe(code)
      expect(server.claims).toEqual(claims)
    },
  )

  test.each([
    ['GET /a', 'upstream_timeout', []],
    ['POST /a', 'outcome_unknown', ['unknown']],
  ] as const)('%s without an answer in time: %s', async (line, code, claims) => {
    const { url } = await backend(() => undefined)
    const { port, server } = await gatewayTo({ url, upstream: { timeoutMs: 50 } })
    expect(
      codeOf(await exchangeRaw(port, requestText(line, signedUnsafe(), line.startsWith('P') ? 'x' : ''))),
    ).toBe(code)
    expect(server.claims).toEqual(claims)
  })

  test('an outcome that is unknown stays so for the same key', async () => {
    let reached = 0
    const { url } = await backend((message) => {
      reached += 1
      message.socket.destroy()
    })
    const { port } = await gatewayTo({ url })
    const request = requestText('POST /pay', signedUnsafe('same'), 'x')
    expect(codeOf(await exchangeRaw(port, request))).toBe('outcome_unknown')
    expect(codeOf(await exchangeRaw(port, request))).toBe('outcome_unknown')
    expect(reached).toBe(1)
  })

  test('an answer cut in the middle is cut for the client, and its outcome is unknown', async () => {
    const { url } = await backend((message, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => message.socket.destroy())
    })
    const { port, server } = await gatewayTo({ url })
    const answer = await exchangeRaw(port, requestText('POST /pay', signedUnsafe(), 'x'))
    expect(bodyOf(answer).length).toBeLessThan(100)
    expect(server.claims).toEqual(['unknown'])
  })

  test.each([
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX-A: b\x01c\r\nContent-Length: 0\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX-A: ${'b'.repeat(70_000)}\r\nContent-Length: 0\r\n\r\n`,
    'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n',
  ])('an answer that cannot be forwarded: %j', async (text) => {
    const { port } = await gatewayTo({ url: await octets(text) })
    expect(codeOf(await exchangeRaw(port, requestText('GET /a', signed)))).toBe('upstream_invalid')
  })

  test.each([
    ['GET', 304, []],
    ['POST', 304, ['settled 304 ']],
    ['POST', 204, ['settled 204 ']],
  ] as const)(
    '%s answered by %i with the length of another answer is whole',
    async (method, status, claims) => {
      const { port, server } = await gatewayTo({
        url: await octets(`HTTP/1.1 ${status} X\r\nETag: "v"\r\nContent-Length: 20\r\n\r\n`),
      })
      const answer = await exchangeRaw(port, requestText(`${method} /a`, signedUnsafe()))
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(answer).toContain('etag: "v"')
      expect(answer).not.toMatch(/content-length/i)
      expect(server.claims).toEqual(claims)
    },
  )

  test('a request that waited for its connection is looked at again: its device may be revoked by now', async () => {
    const answers: ServerResponse[] = []
    const { url } = await backend((_message, response) => void answers.push(response))
    let nowMs = 0
    let revoked = false
    const verifyBody = (): void => {
      if (revoked) throw new HoldfastError('device_revoked')
    }
    const { port, server } = await gatewayTo({
      url,
      upstream: { connections: 1 },
      server: { verifyBody },
      monotonic: () => nowMs,
    })
    const claim = server.claim.bind(server)
    const claimed = deferred()
    server.claim = async (verified) => {
      const taken = await claim(verified)
      // Once the call it is for waits for its connection.
      setImmediate(claimed.resolve)
      return taken
    }
    const first = exchangeRaw(port, requestText('GET /a', signed))
    await expect.poll(() => answers.length).toBe(1)
    const waiting = exchangeRaw(port, requestText('POST /pay', signedUnsafe(), 'x'))
    await claimed.promise
    revoked = true
    nowMs = 1_000
    answers[0]?.end('first')
    expect(await first).toContain('first')
    expect(codeOf(await waiting)).toBe('device_revoked')
    expect(server.claims).toEqual(['released'])
    expect(answers).toHaveLength(1)
  })

  test('a request that gets no connection in time was not sent', async () => {
    const arrived = deferred<ServerResponse>()
    let reached = 0
    const { url } = await backend((_message, response) => {
      reached += 1
      arrived.resolve(response)
    })
    const routes = ['/long/*', '/short/*'].map((path, i) => ({
      path,
      policy: 'signed' as const,
      signer: 'any' as const,
      fields: [],
      upstream: 'bank',
      forward: [],
      timeoutMs: i === 0 ? 30_000 : 50,
    }))
    const { port, server } = await gatewayTo({ url, routes, upstream: { connections: 1 } })
    const first = exchangeRaw(port, requestText('GET /long/a', signed))
    // The one connection is taken and stays so until the second request has been refused.
    const answer = await arrived.promise
    const second = await exchangeRaw(port, requestText('POST /short/b', signedUnsafe(), 'x'))
    expect(codeOf(second)).toBe('upstream_timeout')
    expect(server.claims).toEqual(['released'])
    answer.end('first')
    expect(bodyOf(await first)).toContain('first')
    expect(reached).toBe(1)
  })
})

describe('unsafe requests', () => {
  test('the same key gets the kept answer, marked as a repetition', async () => {
    let count = 0
    const { url } = await backend((_message, response) => {
      response.writeHead(201, { 'content-type': 'a/b' }).end(`payment ${++count}`)
    })
    const { port, server } = await gatewayTo({ url })
    const request = requestText('POST /pay', signedUnsafe('same'), 'x')
    const first = await exchangeRaw(port, request)
    const second = await exchangeRaw(port, request)
    expect(first).not.toMatch(/holdfast-repeated/i)
    expect(second).toMatch(/^HTTP\/1\.1 201 /)
    expect(second).toContain('holdfast-repeated: true')
    expect(second).toContain('content-type: a/b')
    expect(bodyOf(second)).toBe('payment 1')
    expect(server.claims).toEqual(['settled 201 payment 1'])
  })

  test.each([
    [204, undefined],
    [304, undefined],
    [200, '0'],
    [205, '0'],
  ])('a kept answer %i without a body is repeated with Content-Length %s', async (status, length) => {
    const { url } = await backend((_message, response) => void response.writeHead(status).end())
    const { port } = await gatewayTo({ url })
    const request = requestText('POST /pay', signedUnsafe(`empty-${status}`), 'x')
    await exchangeRaw(port, request)
    const again = await exchangeRaw(port, request)
    expect(again).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(again).toContain('holdfast-repeated: true')
    expect(/\r\ncontent-length: (\d+)\r\n/i.exec(again)?.[1]).toBe(length)
    expect(again).not.toMatch(/transfer-encoding/i)
    expect(bodyOf(again)).toBe('')
  })

  test('the end of an answer waits until its claim is settled', async () => {
    const { url } = await backend((_message, response) => void response.end('done'))
    let settle: () => void = () => undefined
    const asking = deferred()
    const claim = {
      kind: 'run' as const,
      settle: () =>
        new Promise<void>((resolve) => {
          settle = resolve
          asking.resolve()
        }),
      executed: () => Promise.resolve(),
      unknown: () => Promise.resolve(),
      release: () => Promise.resolve(),
    }
    const { port } = await gatewayTo({ url, server: { claim: () => Promise.resolve(claim) } })
    const raw = rawConnection(port)
    raw.socket.write(requestText('POST /pay', signedUnsafe(), 'x'))
    await asking.promise
    expect(raw.received()).not.toContain('done')
    settle()
    expect(await raw.end()).toContain('done')
  })

  test('an answer too large to keep is passed on and marked as executed', async () => {
    const { url } = await backend((_message, response) => void response.end('x'.repeat(2000)))
    const { port, server } = await gatewayTo({ url, answerBytes: 1999 })
    expect(bodyOf(await exchangeRaw(port, requestText('POST /pay', signedUnsafe(), 'x')))).toHaveLength(2000)
    expect(server.claims).toEqual(['executed'])
  })

  test('a client that leaves does not stop them', async () => {
    let answer: () => void = () => undefined
    const arrived = deferred()
    const { url } = await backend((_message, response) => {
      answer = () => response.end('paid')
      arrived.resolve()
    })
    const { port, server, nextRequest } = await gatewayTo({ url })
    const raw = rawConnection(port)
    const request = requestText('POST /pay', signedUnsafe('same'), 'x')
    raw.socket.write(request)
    await arrived.promise
    const settled = server.nextClaim()
    const over = nextRequest()
    raw.socket.destroy()
    answer()
    expect(await settled).toBe('settled 200 paid')
    await over
    expect(bodyOf(await exchangeRaw(port, request))).toBe('paid')
  })
})

test('a client that leaves a safe request stops the backend', async () => {
  const aborted = deferred()
  const arrived = deferred()
  const { url } = await backend((message) => {
    message.socket.once('close', () => aborted.resolve())
    arrived.resolve()
  })
  const { port, failures } = await gatewayTo({ url })
  const raw = rawConnection(port)
  raw.socket.write(requestText('GET /slow', signed))
  await arrived.promise
  raw.socket.destroy()
  await aborted.promise
  expect(failures).toEqual([])
})

test('a client that leaves while its claim is taken is written down once, when its request is over', async () => {
  const { url } = await backend((_message, response) => void response.end('paid'))
  const asked = deferred()
  const ready = deferred()
  const { port, requests, nextRequest, server, metrics } = await gatewayTo({ url })
  const claim = server.claim.bind(server)
  server.claim = async (verified) => {
    asked.resolve()
    await ready.promise
    return claim(verified)
  }
  const raw = rawConnection(port)
  raw.socket.write(requestText('POST /pay', signedUnsafe(), 'x'))
  await asked.promise
  const over = nextRequest()
  raw.socket.destroy()
  await raw.end()
  ready.resolve()
  expect(await over).toMatchObject({ method: 'POST', device: 'phone' })
  expect(server.claims).toEqual(['settled 200 paid'])
  expect(requests).toHaveLength(1)
  const text = await metrics.registry.metrics()
  expect(text).toContain('holdfast_requests_in_flight 0')
  expect(text).toContain('holdfast_spooled_bytes 0')
})

test('own paths are answered here, up to their own limit', async () => {
  const { url } = await backend(echo)
  const { port } = await gatewayTo({ url, limits: { ownBodyBytes: 4 } })
  expect(bodyOf(await exchangeRaw(port, requestText('POST /holdfast/token', [], 'text')))).toBe('own 4')
  expect(codeOf(await exchangeRaw(port, requestText('POST /holdfast/token', [], 'texts')))).toBe(
    'body_too_large',
  )
})

test('an unexpected failure is an internal error with a reference and no detail', async () => {
  const { url } = await backend(echo)
  const verify = (): never => {
    throw new Error('secret detail')
  }
  const { port, failures } = await gatewayTo({ url, server: { verify } })
  const answer = await exchangeRaw(port, requestText('GET /a', signed))
  expect(codeOf(answer)).toBe('internal_error')
  expect(answer).not.toContain('secret detail')
  expect(failures[0]?.cause).toBeInstanceOf(Error)
})

test('a store that cannot be reached lets nothing through', async () => {
  let reached = 0
  const { url } = await backend(() => (reached += 1))
  const claim = (): Promise<never> => Promise.reject(new HoldfastError('store_unavailable'))
  const { port } = await gatewayTo({ url, server: { claim } })
  expect(codeOf(await exchangeRaw(port, requestText('POST /a', signedUnsafe(), 'x')))).toBe(
    'store_unavailable',
  )
  expect(reached).toBe(0)
})

test('the log and the metrics know pattern, status and code, never path or query', async () => {
  const { url } = await backend(echo)
  const { port, requests, metrics } = await gatewayTo({ url })
  await exchangeRaw(port, requestText('GET /open/private?secret=1'))
  await exchangeRaw(port, requestText('GET /private?secret=1'))
  expect(requests).toMatchObject([
    { method: 'GET', route: '/open/*', status: 200, code: null, device: null },
    { method: 'GET', route: '/*', status: 418, code: 'signature_missing', reference: 'ref' },
  ])
  const text = await metrics.registry.metrics()
  expect(text).toContain('holdfast_requests_total{route="/open/*",status="2xx",code="none",sealed="false"} 1')
  expect(text).toContain('holdfast_refused_total{code="signature_missing"} 1')
  expect(text).toContain('holdfast_requests_in_flight 0')
  expect(text).toContain('holdfast_spooled_bytes 0')
  expect(text + JSON.stringify(requests)).not.toMatch(/private|secret/)
})
