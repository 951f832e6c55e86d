/** The public socket: Node's HTTP server with its limits, and clear answers where Node would say nothing or little. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import type { OwnAnswer } from '@holdfast/server'
import { rawAnswer } from './answer-writer.ts'
import { createAddressCounter, type Limits } from './limits.ts'

export type TlsFiles = { readonly key: string | Uint8Array; readonly cert: string | Uint8Array }

export type ListenerOptions = {
  readonly limits: Limits
  readonly tls: TlsFiles | undefined
  /** No connection is cut for standing still while a backend may still answer. */
  readonly longestTimeoutMs: number
  readonly handle: (message: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void
  /** Makes the problem answer for what never became a request. Never rejects. */
  readonly refuse: (error: HoldfastError) => Promise<OwnAnswer>
  readonly onCut: (cut: { readonly code: string; readonly remote: string }) => void
}

export interface Listener {
  listen(address: { readonly host: string; readonly port: number }): Promise<{ port: number }>
  /** Stops accepting; connections end after the answers under way. */
  drain(): void
  /** Ends every connection; those that do not follow within a second are cut. */
  close(): Promise<void>
}

const graceMs = 1_000
const checkMs = 1_000

function refusalOf(error: Error): ErrorCode | null {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return null
  if (code === 'HPE_HEADER_OVERFLOW') return 'header_too_large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout'
  if (code === 'HPE_INVALID_METHOD') return 'method_refused'
  return code.startsWith('HPE_') ? 'ambiguous_request' : null
}

function configure(options: ListenerOptions): ReturnType<typeof createServer> {
  const { limits, tls, longestTimeoutMs } = options
  const settings = {
    insecureHTTPParser: false,
    // Without Host the request comes through to edge.ts, which refuses it with a problem answer.
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headMs, limits.requestMs),
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(checkMs, limits.headMs, limits.requestMs),
    noDelay: true,
  }
  const server =
    tls === undefined
      ? createServer(settings)
      : createTlsServer({
          ...settings,
          key: typeof tls.key === 'string' ? tls.key : Buffer.from(tls.key),
          cert: typeof tls.cert === 'string' ? tls.cert : Buffer.from(tls.cert),
          minVersion: 'TLSv1.2',
          handshakeTimeout: limits.headMs,
        })
  // Node would silently drop fields past a count; they are counted in edge.ts instead.
  server.maxHeadersCount = 0
  server.maxConnections = limits.connections
  server.timeout = Math.max(limits.idleMs, longestTimeoutMs + graceMs)
  return server
}

export function createListener(options: ListenerOptions): Listener {
  const { limits, handle, refuse, onCut } = options
  const server = configure(options)
  const addresses = createAddressCounter(limits.connectionsPerAddress)
  /** Answers under way on each connection, in the order of their requests. */
  const connections = new Map<Duplex, Set<ServerResponse>>()
  let draining = false

  function track(socket: Duplex): Set<ServerResponse> {
    const responses = new Set<ServerResponse>()
    connections.set(socket, responses)
    socket.once('close', () => connections.delete(socket))
    return responses
  }

  function accept(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const { socket } = message
    const responses = connections.get(socket) ?? track(socket)
    responses.add(response)
    if (draining) response.shouldKeepAlive = false
    response.once('close', () => {
      responses.delete(response)
      // Its head may have promised to keep the connection before draining began.
      if (draining && responses.size === 0) socket.destroySoon()
    })
    handle(message, response, expectsContinue)
  }

  async function refuseConnection(code: ErrorCode, socket: Duplex): Promise<void> {
    const answer = await refuse(new HoldfastError(code))
    // The request that broke may have been refused for its head in the meantime: one answer is enough.
    const answered = [...(connections.get(socket) ?? [])].some((response) => response.headersSent)
    if (socket.writable && !answered) socket.end(rawAnswer(answer))
    setTimeout(() => socket.destroy(), graceMs).unref()
  }

  server.on('connection', (socket: Socket) => {
    const remote = socket.remoteAddress ?? ''
    if (!addresses.enter(remote)) {
      onCut({ code: 'overloaded', remote })
      socket.destroy()
      return
    }
    socket.once('close', () => addresses.leave(remote))
  })
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', track)
  server.on('request', (message, response) => accept(message, response, false))
  server.on('checkContinue', (message, response) => accept(message, response, true))
  server.on('checkExpectation', (message, response) => accept(message, response, false))
  server.on('connect', (_message, socket) => {
    socket.on('error', () => socket.destroy())
    void refuseConnection('method_refused', socket)
  })
  server.on('clientError', (error, socket) => {
    const responses = [...(connections.get(socket) ?? [])]
    const code = refusalOf(error)
    const unanswered = responses.length === 0 || (responses.length === 1 && isReading(responses[0]))
    const remote = (socket as Socket).remoteAddress ?? ''
    if (code === null || !socket.writable) {
      socket.destroy()
    } else if (unanswered) {
      onCut({ code, remote })
      void refuseConnection(code, socket)
    } else {
      // Whole requests came before the broken one: they get their answers, then the connection ends.
      onCut({ code, remote })
      responses.at(-1)?.once('close', () => socket.end())
    }
  })

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host, port }, () => {
          server.off('error', reject)
          resolve({ port: (server.address() as AddressInfo).port })
        })
      }),
    drain(): void {
      draining = true
      // Not http.Server.close: it destroys connections whose last answer is still on its way to a slow client.
      NetServer.prototype.close.call(server)
      for (const [socket, responses] of connections) {
        if (responses.size === 0) (socket as Socket).destroySoon()
        for (const response of responses) if (!response.headersSent) response.shouldKeepAlive = false
      }
    },
    async close(): Promise<void> {
      const closed = [...connections.keys()].map(
        (socket) => new Promise((resolve) => socket.once('close', resolve)),
      )
      for (const socket of connections.keys()) (socket as Socket).destroySoon()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await Promise.all(closed)
      clearTimeout(timer)
      server.close()
    },
  }
}

/** The request of this answer has not arrived whole, and nothing was said yet. */
function isReading(response: ServerResponse | undefined): boolean {
  return response !== undefined && !response.req.complete && !response.headersSent
}
