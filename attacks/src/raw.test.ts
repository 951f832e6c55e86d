import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Address, exchangeBytes, exchangeHeldBack, serialise } from './raw.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function saying(text: string): Promise<Address> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => socket.end(text))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: false }
}

const ask = Buffer.from('GET / HTTP/1.1\r\n\r\n')

describe('raw HTTP', () => {
  it('writes what it is told, octet by octet', () => {
    const request = {
      method: 'GET',
      target: '/\u00e9',
      fields: [['X', ' a ']] as const,
      body: Buffer.from('b'),
    }
    expect(Buffer.from(serialise(request)).toString('latin1')).toBe('GET /\u00e9 HTTP/1.1\r\nX:  a \r\n\r\nb')
  })

  it.each([
    ['by length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n'],
    ['to the end', 'HTTP/1.1 200 OK\r\n\r\nhi'],
    ['after 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ])('reads an answer %s', async (_, text) => {
    expect(await exchangeBytes(await saying(text), ask)).toMatchObject({
      status: 200,
      text: 'hi',
      code: null,
    })
  })

  it('knows a refusal of Holdfast by its field', async () => {
    const text = 'HTTP/1.1 401 No\r\nHoldfast-Error: replayed\r\nContent-Length: 0\r\n\r\n'
    expect(await exchangeBytes(await saying(text), ask)).toMatchObject({ status: 401, code: 'replayed' })
  })

  it('holds a body back until it is asked for, and longer', async () => {
    const events: string[] = []
    const server = createHttpServer().on('checkContinue', (request, response) => {
      events.push('asked')
      response.writeContinue()
      request.on('data', (chunk: Buffer) => events.push(chunk.toString()))
      request.on('end', () => response.end('hi'))
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: false }
    const fields = [['Host', 'x'] as const, ['Content-Length', '4'] as const]
    const request = { method: 'POST', target: '/', fields, body: Buffer.from('body') }
    const answer = await exchangeHeldBack(address, request, async () => void events.push('meanwhile'))
    expect({ events, status: answer.status }).toEqual({ events: ['asked', 'meanwhile', 'body'], status: 200 })
  })

  it('says 0 when there was no answer', async () => {
    expect(await exchangeBytes(await saying(''), ask)).toMatchObject({ status: 0, code: null })
  })
})
