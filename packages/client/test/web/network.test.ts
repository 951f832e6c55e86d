/** fetch as a network: what a browser sends for us, and what it must not do with the answer. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/network.ts'

describe.skipIf(chromiumPath === null)(inChromium('the network'), () => {
  let page: StartedPage<typeof api>
  let server: Server
  let origin: string
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  const seen: IncomingMessage[] = []
  const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const allowed = {
      ...cors,
      'access-control-allow-methods': '*',
      'access-control-allow-headers': '*, authorization',
    }
    if (request.method === 'OPTIONS') return void response.writeHead(204, allowed).end()
    seen.push(request)
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value)
    answer(request, response)
  }
  beforeAll(async () => {
    server = createServer(serve)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
    page = await startPage({ entry: pageFile('network.ts'), gatewayOrigin: origin })
  })
  afterAll(async () => {
    await page.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  beforeEach(() => {
    seen.length = 0
    answer = (_request, response) => void response.end('here')
  })

  it('sends target, fields and body as they are, without cookies and without telling where from', async () => {
    // Of this host, whatever the port.
    await page.page.context().addCookies([{ name: 'session', value: 'cookie', url: origin }])
    const bodies: string[] = []
    answer = (request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
      request.on('end', () => {
        bodies.push(body)
        response.setHeader('set-cookie', 'second=cookie').end('here')
      })
    }
    const fields: Array<[string, string]> = [
      ['authorization', 'HF token'],
      ['content-digest', 'sha-256=:bz+9W/RrLzHgdxIzOcqBULyPjtfMc/vYA6h2CVXbNvA=:'],
      ['signature', 'hf=:AAAA:'],
      ['signature-input', 'hf=("@method");created=1;nonce="x"'],
    ]
    const url = `${origin}/accounts;a/b%20c?d=%2Fe&f`
    const sent = { method: 'POST', url, fields, body: new Uint8Array([0, 128, 255]) }
    expect(await page.call('text', sent)).toBe('here')
    await page.call('text', { method: 'DELETE', url, fields })
    expect(seen.map(({ method, url: target }) => [method, target])).toEqual([
      ['POST', '/accounts;a/b%20c?d=%2Fe&f'],
      ['DELETE', '/accounts;a/b%20c?d=%2Fe&f'],
    ])
    expect(bodies).toEqual(['\u0000\u0080\u00ff', ''])
    for (const { headers } of seen) {
      expect(headers).toMatchObject(Object.fromEntries(fields))
      for (const name of ['cookie', 'referer', 'content-type', 'if-none-match'])
        expect(headers).not.toHaveProperty(name)
      // What a browser adds; anything new here is to be looked at.
      const added = Object.keys(headers).filter((name) => !fields.some(([given]) => given === name))
      const known =
        /^(?:host|connection|content-length|pragma|cache-control|user-agent|accept(?:-encoding|-language)?|origin|sec-.*)$/
      expect(added.filter((name) => !known.test(name))).toEqual([])
    }
  })

  it('refuses fields, bodies and targets a browser would change, before anything is sent', async () => {
    const misuse = { name: 'TypeError' }
    for (const name of ['cookie', 'host', 'content-length', 'date', 'origin', 'sec-anything', 'connection'])
      await expect(page.call('head', { url: `${origin}/`, fields: [[name, '1']] })).rejects.toMatchObject(
        misuse,
      )
    const padded = { url: `${origin}/`, fields: [['x-one', ' 1']] as Array<[string, string]> }
    await expect(page.call('head', padded)).rejects.toMatchObject(misuse)
    await expect(page.call('head', { url: `${origin}/a b` })).rejects.toMatchObject(misuse)
    await expect(page.call('head', { url: `${origin}/a/../b` })).rejects.toMatchObject(misuse)
    await expect(page.call('head', { url: `${origin}/`, body: new Uint8Array(1) })).rejects.toMatchObject(
      misuse,
    )
    const identity = { label: 'device', certificate: '' }
    await expect(page.call('head', { url: `${origin}/`, identity })).rejects.toMatchObject(misuse)
    expect(seen).toHaveLength(0)
  })

  it('follows no redirect, and asks anew although it was told to cache', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: `${origin}/there` }).end()
    await expect(page.call('head', { url: `${origin}/redirect` })).rejects.toThrow()
    expect(seen.map(({ url }) => url)).toEqual(['/redirect'])
    answer = (_request, response) => void response.setHeader('cache-control', 'max-age=1000').end('here')
    for (let round = 0; round < 2; round++) await page.call('text', { url: `${origin}/cached` })
    expect(seen).toHaveLength(3)
  })

  it('gives status and fields, and a body as it comes', async () => {
    let go = (): void => undefined
    answer = (_request, response) => {
      response.writeHead(418, { 'Holdfast-Error': 'x', 'x-two': 'a, b' }).write('begin')
      go = () => void response.end('end')
    }
    const { status, rawFields } = await page.call('head', { url: `${origin}/` })
    expect(status).toBe(418)
    expect(rawFields.indexOf('holdfast-error') % 2).toBe(0)
    expect(rawFields[rawFields.indexOf('x-two') + 1]).toBe('a, b')
    expect(await page.call('piece')).toBe('begin')
    go()
    expect(await page.call('piece')).toBe('end')
    expect(await page.call('piece')).toBeNull()
    answer = (_request, response) => void response.writeHead(204).end()
    expect(await page.call('text', { url: `${origin}/`, method: 'PUT' })).toBe('')
  })

  it('waits for a head or an answer as long as it is told to, and no longer', async () => {
    const late = 'no answer in time'
    const head = { url: `${origin}/`, timeoutCovers: 'head' } as const
    await page.call('stopTime')
    answer = () => undefined
    const headless = expect(page.call('head', head)).rejects.toThrow(late)
    await vi.waitUntil(() => seen.length === 1, { timeout: 20_000 })
    expect(await page.call('passTime')).toBe(1)
    await headless

    let go = (): void => undefined
    answer = (_request, response) => {
      response.writeHead(200).write('begin')
      go = () => void response.end('end')
    }
    await page.call('head', { url: `${origin}/` })
    expect(await page.call('passTime')).toBe(1)
    await expect(page.call('rest')).rejects.toThrow(late)
    // What streams may take its time, but a refusal is no stream.
    await page.call('head', head)
    expect(await page.call('passTime')).toBe(0)
    go()
    expect(await page.call('rest')).toBe('beginend')
    answer = (_request, response) => void response.writeHead(401, { 'Holdfast-Error': 'x' }).write('begin')
    await page.call('head', head)
    expect(await page.call('passTime')).toBe(1)
    await expect(page.call('rest')).rejects.toThrow(late)

    answer = (_request, response) => void response.end('here')
    expect(await page.call('text', { url: `${origin}/` })).toBe('here')
    expect(await page.call('passTime')).toBe(0)
    await page.reload()
  })

  it('stops when the caller does, and says so in his words', async () => {
    answer = (_request, response) => void response.writeHead(200).write('begin')
    await page.call('head', { url: `${origin}/` })
    expect(await page.call('piece')).toBe('begin')
    const rest = expect(page.call('piece')).rejects.toThrow('the caller has gone')
    await page.call('abort')
    await rest
    await expect(page.call('aborted', { url: `${origin}/` })).rejects.toThrow('the caller has gone')
    await page.call('head', { url: `${origin}/` })
    const { socket } = seen.at(-1) as IncomingMessage
    await page.call('cancel')
    await vi.waitUntil(() => socket.destroyed, { timeout: 20_000 })
  })

  it('rejects when nobody is there, when the line breaks, and where the page may not connect', async () => {
    answer = ({ socket }) => void socket.destroy()
    await expect(page.call('head', { url: `${origin}/` })).rejects.toThrow()
    answer = ({ socket }, response) =>
      void response
        .writeHead(200, { 'content-length': '100' })
        .write('begin', () => setImmediate(() => socket.destroy()))
    await expect(page.call('text', { url: `${origin}/` })).rejects.toThrow()
    seen.length = 0
    await expect(page.call('head', { url: origin.replace('localhost', '127.0.0.1') })).rejects.toThrow()
    expect(seen).toHaveLength(0)
  })
})
