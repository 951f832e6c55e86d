/**
 * A service behind TLS of its own, a line to it that an attacker can take over, and sockets that count: everything between a
 * phone and a service that is about TLS, without a proxy of ours.
 */
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { ServerIdentity } from './authority.ts'

type Handler = (request: Request, message: IncomingMessage) => Promise<Response>

export type Front = {
  readonly port: number
  /** Octets that arrived inside TLS. */
  received(): number
  /** Another key for connections made from now on. */
  show(identity: ServerIdentity): void
  /** Another service behind the same sockets. */
  serve(handler: Handler): void
  close(): Promise<void>
}

async function listening(server: Server | HttpsServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  origin: string,
  handler: Handler,
): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of message as AsyncIterable<Uint8Array>) chunks.push(chunk)
  const headers = new Headers()
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2)
    headers.append(message.rawHeaders[i] as string, message.rawHeaders[i + 1] as string)
  const method = message.method as string
  const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
  const said = await handler(
    new Request(origin + (message.url as string), { method, headers, ...body }),
    message,
  )
  response.writeHead(said.status, [...said.headers].flat()).end(Buffer.from(await said.arrayBuffer()))
}

/** `origin` is what the service takes itself for, whatever address it was reached at. */
export async function openFront(
  identity: ServerIdentity,
  options: { readonly origin?: () => string; readonly tls?: object } = {},
): Promise<Front> {
  let octets = 0
  let serving: Handler = async () => new Response('nothing here', { status: 404 })
  const server = createHttpsServer({ ...options.tls, key: identity.key, cert: identity.cert })
  server.on('request', (message, response) => {
    const origin = options.origin?.() ?? `https://${message.headers.host}`
    void answer(message, response, origin, (request) => serving(request, message))
  })
  server.on('secureConnection', (socket: TLSSocket) =>
    socket.on('data', (chunk: Uint8Array) => {
      octets += chunk.length
    }),
  )
  return {
    port: await listening(server),
    received: () => octets,
    show: ({ key, cert }: ServerIdentity): void => server.setSecureContext({ ...options.tls, key, cert }),
    serve(handler: Handler): void {
      serving = handler
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Line = {
  readonly port: number
  /** Where connections go from now on; those that are open break. */
  lead(front: Front): void
  close(): Promise<void>
}

export async function openLine(front: Front): Promise<Line> {
  let target = front
  const open = new Set<Socket>()
  const cut = (): void => {
    for (const socket of open) socket.destroy()
    open.clear()
  }
  const server = createTcpServer((near) => {
    const far = connect(target.port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  return {
    port: await listening(server),
    lead(next: Front): void {
      target = next
      cut()
    },
    async close(): Promise<void> {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
