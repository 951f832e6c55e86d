/** The public socket: Node's HTTP server with its limits, and clear answers where Node would say nothing or little. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import type { OwnAnswer } from '@holdfast/server'
import { rawAnswer } from '../proxy/answer-writer.ts'
import { type Connections, createConnections } from './connections.ts'
import { createAddressCounter, type Limits } from './limits.ts'
import { createTlsListener, type TlsFiles } from './listener-tls.ts'
import type { Remotes } from './remote.ts'

export type ListenerOptions = {
  readonly limits: Limits
  readonly remotes: Remotes
  readonly tls: TlsFiles | undefined
  /** With `tls`: takes only connections that show a certificate of one of these CAs (DER), asked anew for each connection. */
  readonly clientCas?: () => readonly Uint8Array[]
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
      : createTlsListener({ ...settings, handshakeTimeout: limits.headMs }, tls, options.clientCas)
  // Node would silently drop fields past a count; they are counted in edge.ts instead.
  server.maxHeadersCount = 0
  server.maxConnections = limits.connections
  server.timeout = Math.max(limits.idleMs, longestTimeoutMs + graceMs)
  return server
}

type HttpServer = ReturnType<typeof configure>

export function createListener(options: ListenerOptions): Listener {
  const server = configure(options)
  const connections = createConnections()
  capAddresses(server, options)
  takeRequests(server, connections, options)
  answerBroken(server, connections, options)
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
      // Not http.Server.close: it destroys connections whose last answer is still on its way to a slow client.
      NetServer.prototype.close.call(server)
      connections.drain()
    },
    async close(): Promise<void> {
      await connections.close({ graceMs, cut: () => server.closeAllConnections() })
      server.close()
    },
  }
}

function capAddresses(server: HttpServer, { limits, remotes, onCut }: ListenerOptions): void {
  const addresses = createAddressCounter(limits.connectionsPerAddress)
  server.on('connection', (socket: Socket) => {
    const remote = socket.remoteAddress ?? ''
    // Through a proxy come the connections of many clients.
    if (remotes.isTrusted(remote)) return
    if (!addresses.enter(remote)) {
      onCut({ code: 'overloaded', remote })
      socket.destroy()
      return
    }
    socket.once('close', () => addresses.leave(remote))
  })
}

function takeRequests(server: HttpServer, connections: Connections, { tls, handle }: ListenerOptions): void {
  const accept = (message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    // A request behind one that ends the connection is not run: its answer would have nowhere to go.
    if (connections.begin(message.socket, response)) handle(message, response, expectsContinue)
  }
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
    connections.add(socket),
  )
  server.on('request', (message, response) => accept(message, response, false))
  server.on('checkContinue', (message, response) => accept(message, response, true))
  server.on('checkExpectation', (message, response) => accept(message, response, false))
}

/** What never became a request gets one problem answer of its own, and nothing gets two. */
function answerBroken(
  server: HttpServer,
  connections: Connections,
  { refuse, onCut }: ListenerOptions,
): void {
  async function refuseConnection(code: ErrorCode, socket: Duplex): Promise<void> {
    onCut({ code, remote: (socket as Socket).remoteAddress ?? '' })
    const answer = await refuse(new HoldfastError(code))
    // The request that broke may have been refused for its head in the meantime: one answer is enough.
    const answered = connections.answers(socket).some((response) => response.headersSent)
    if (socket.writable && !answered) socket.end(rawAnswer(answer))
    setTimeout(() => socket.destroy(), graceMs).unref()
  }

  server.on('connect', (_message, socket) => {
    socket.on('error', () => socket.destroy())
    void refuseConnection('method_refused', socket)
  })
  server.on('clientError', (error, socket) => {
    const code = refusalOf(error)
    const answers = connections.answers(socket)
    const last = answers.at(-1)
    if (code === null || !socket.writable) socket.destroy()
    else if (last === undefined || (answers.length === 1 && isReading(last)))
      void refuseConnection(code, socket)
    // Whole requests came before the broken one: they get their answers, then the connection ends.
    else last.once('close', () => socket.end())
  })
}

/** The request of this answer has not arrived whole, and nothing was said yet. */
function isReading(response: ServerResponse): boolean {
  return !response.req.complete && !response.headersSent
}
