import { createPublicKey } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Agent, createServer, get, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { HoldfastError, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, type ServerIdentity } from '../../../test/authority.ts'
import type { NetworkRequest } from '../../ports.ts'
import { virtualKeystore } from '../testing/keystore.ts'
import { createNetwork } from './network.ts'
import type { TlsOptions } from './tls.ts'

type Listening = {
  readonly port: number
  /** Octets of the application that arrived, over all connections. */
  received(): number
  readonly connections: Socket[]
  readonly sockets: TLSSocket[]
  /** For each of them, whether it went on from an earlier session. */
  readonly resumed: boolean[]
  readonly requests: IncomingMessage[]
}

const servers: Server[] = []
let authority: Authority
let own: ServerIdentity
let reserve: ServerIdentity
let stranger: ServerIdentity
beforeAll(() => {
  authority = createAuthority()
  own = authority.issue(authority.createKey())
  reserve = authority.issue(authority.createKey('RSA'))
  stranger = authority.issue(authority.createKey())
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(
  { key, cert }: ServerIdentity,
  options: { readonly port?: number; readonly more?: object } = {},
): Promise<Listening> {
  let octets = 0
  const connections: Socket[] = []
  const sockets: TLSSocket[] = []
  const resumed: boolean[] = []
  const requests: IncomingMessage[] = []
  const server = createServer({ key, cert, ...options.more }, (request, response) => {
    requests.push(request)
    response.end('here')
  })
  server.on('connection', (socket: Socket) => connections.push(socket))
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.push(socket)
    resumed.push(socket.isSessionReused())
    socket.on('data', (chunk: Buffer) => {
      octets += chunk.length
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received: () => octets,
    connections,
    sockets,
    resumed,
    requests,
  }
}

const networkFor = (options: TlsOptions = {}) => createNetwork({ ca: authority.ca, ...options })
const request = (port: number, change: Partial<NetworkRequest> = {}): NetworkRequest => ({
  method: 'POST',
  url: `https://127.0.0.1:${port}/transfers`,
  fields: [['x-one', '1']],
  body: utf8('ten'),
  timeoutMs: 5000,
  timeoutCovers: 'answer',
  ...change,
})
async function say(network: ReturnType<typeof networkFor>, asked: NetworkRequest): Promise<string> {
  const { body } = await network(asked)
  return new Response(body).text()
}
const failure = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => {
      throw new Error('this was accepted')
    },
    (error: unknown) => error,
  )

/** When every connection is gone the server has read all that it will ever read. */
async function ended({ connections }: Listening): Promise<void> {
  const left = connections.filter((socket) => !socket.closed)
  await Promise.all(left.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
}

describe('pins', () => {
  it('let the key through that is pinned, whichever of them it is, over TLS 1.3', async () => {
    const network = networkFor()
    for (const identity of [own, reserve]) {
      const server = await listen(identity)
      expect(await say(network, request(server.port, { pins: [own.pin, reserve.pin] }))).toBe('here')
      expect(server.sockets[0]?.getProtocol()).toBe('TLSv1.3')
    }
  })

  it('refuse a key of a trusted authority before one octet of the request, and say which', async () => {
    const server = await listen(stranger)
    const error = await failure(networkFor()(request(server.port, { pins: [own.pin, reserve.pin] })))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({
      code: 'server_key_refused',
      cause: { host: `127.0.0.1:${server.port}`, key: stranger.pin },
    })
    await ended(server)
    expect(server.connections).toHaveLength(1)
    expect([server.received(), server.requests.length]).toEqual([0, 0])
    // The same server without pins: the recorder does record.
    await say(networkFor(), request(server.port))
    expect(server.received()).toBeGreaterThan(0)
  })

  it('do not stand in for the chain or the name', async () => {
    const elsewhere = authority.issue(authority.createKey(), 'DNS:elsewhere.example')
    const unknown = createAuthority().issue(own)
    for (const [identity, code] of [
      [elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      [unknown, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ] as const) {
      const server = await listen(identity)
      const pinned = request(server.port, { pins: [identity.pin, reserve.pin] })
      expect(await failure(networkFor()(pinned))).toMatchObject({ code })
      expect(server.received()).toBe(0)
    }
  })

  it('are not weakened by the environment', async () => {
    const server = await listen(stranger)
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(await failure(createNetwork()(request(server.port)))).toMatchObject({
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      })
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
    expect(server.received()).toBe(0)
  })

  it('hold for a connection that is used again, under the pins of each request', async () => {
    const server = await listen(own)
    const network = networkFor()
    const pinned = (pins?: string[]) => request(server.port, pins === undefined ? {} : { pins })
    await say(network, pinned())
    await say(network, pinned([own.pin, reserve.pin]))
    await say(network, pinned([reserve.pin, own.pin]))
    // The unpinned connection was not taken; the one made under these pins was, in whatever order they come.
    expect(server.sockets).toHaveLength(2)
    const before = server.received()
    expect(await failure(network(pinned([reserve.pin, stranger.pin])))).toMatchObject({
      code: 'server_key_refused',
    })
    expect(server.received()).toBe(before)
  })

  it('hold for every connection: no TLS session is resumed', async () => {
    const server = await listen(own)
    const network = networkFor()
    const once = { fields: [['connection', 'close']] as const, pins: [own.pin, reserve.pin] }
    for (let round = 0; round < 3; round++) await say(network, request(server.port, once))
    expect(server.resumed).toEqual([false, false, false])
    // The server would have let it: Node's own agent resumes here.
    const agent = new Agent({ ca: authority.ca })
    for (let round = 0; round < 2; round++) {
      await new Promise((resolve) =>
        get(`https://127.0.0.1:${server.port}/`, { agent }, (answer) =>
          answer.resume().once('close', resolve),
        ),
      )
    }
    expect(server.resumed.slice(3)).toEqual([false, true])
  })

  it('refuse another key at the same address after a restart', async () => {
    const before = await listen(own)
    const network = networkFor()
    const pinned = request(before.port, { pins: [own.pin, reserve.pin] })
    await say(network, pinned)
    const [server] = servers.splice(0) as [Server]
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    const after = await listen(stranger, { port: before.port })
    expect(await failure(network(pinned))).toMatchObject({
      code: expect.stringMatching(/server_key_refused|ECONN/),
    })
    expect(await failure(network(pinned))).toMatchObject({ code: 'server_key_refused' })
    expect(after.received()).toBe(0)
  })

  it('need TLS at all', async () => {
    const plain = request(1, { url: 'http://127.0.0.1:1/', pins: [own.pin, reserve.pin] })
    expect(await failure(networkFor()(plain))).toBeInstanceOf(TypeError)
  })

  it('meet no older TLS', async () => {
    const server = await listen(own, { more: { maxVersion: 'TLSv1.2' } })
    expect(await failure(networkFor()(request(server.port)))).toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    })
  })
})

describe('a connection that is still being made', () => {
  it('ends in time, and with the caller', async () => {
    const open = new Set<Socket>()
    const silent = createTcp((socket) => void open.add(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    try {
      await expect(networkFor()(request(port, { timeoutMs: 50 }))).rejects.toThrow('no answer in time')
      const controller = new AbortController()
      const attempt = failure(networkFor()(request(port, { signal: controller.signal })))
      controller.abort()
      expect(await attempt).toMatchObject({ name: 'AbortError' })
    } finally {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => silent.close(resolve))
    }
  })

  it('that ends in its handshake is a failure like others', async () => {
    const rude = createTcp((socket) => socket.once('data', () => socket.end()))
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = rude.address() as AddressInfo
      expect(await failure(networkFor()(request(port)))).toMatchObject({ code: 'ECONNRESET' })
    } finally {
      await new Promise((resolve) => rude.close(resolve))
    }
  })
})

describe('a client certificate', () => {
  const mutual = { requestCert: true, rejectUnauthorized: true }

  async function device(label = 'device') {
    const keystore = virtualKeystore(nodeCrypto, async () => undefined)
    const { publicJwk } = await keystore.create(label)
    const pem = createPublicKey({ key: { ...publicJwk }, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    })
    const certificate = authority.issueClient(pem.toString())
    return { network: networkFor({ identityKey: keystore.identityKey }), identity: { label, certificate } }
  }

  it('is shown with the key of its label, beside pins', async () => {
    const server = await listen(own, { more: { ...mutual, ca: authority.ca } })
    const { network, identity } = await device()
    expect(await say(network, request(server.port, { identity, pins: [own.pin, reserve.pin] }))).toBe('here')
    expect(server.sockets[0]?.getPeerCertificate().subject.CN).toBe('device')
    // Without it, and so on another connection, there is no answer.
    expect(
      await failure(say(network, request(server.port, { pins: [own.pin, reserve.pin] }))),
    ).toBeInstanceOf(Error)
    expect(server.requests).toHaveLength(1)
  })

  it('shares no connection with another one', async () => {
    const server = await listen(own, { more: { ...mutual, ca: authority.ca } })
    const { network, identity } = await device()
    const renewed = { ...identity, certificate: `${identity.certificate}\n` }
    await say(network, request(server.port, { identity }))
    await say(network, request(server.port, { identity }))
    await say(network, request(server.port, { identity: renewed }))
    expect(server.sockets).toHaveLength(2)
  })

  it('whose key is gone is not shown', async () => {
    const server = await listen(own, { more: { ...mutual, ca: authority.ca } })
    const { network, identity } = await device()
    const gone = request(server.port, { identity: { ...identity, label: 'other' } })
    expect(await failure(network(gone))).toMatchObject({ code: 'key_missing' })
    expect(server.sockets).toHaveLength(0)
  })
})
