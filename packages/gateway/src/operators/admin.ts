/**
 * The listener for operators: loopback only, apart from the public one. Metrics and health need no credentials; everything
 * under /admin does (docs/operate.md).
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HoldfastError, utf8 } from '@holdfast/core'
import type { OwnAnswer } from '@holdfast/server'
import { type AdminAnswer, type AdminContext, answerAdminCall } from './admin-calls.ts'
import { cannotListen } from '../config/complaint.ts'
import type { Config } from '../config/config.ts'
import { readHead } from '../line/edge.ts'
import { createGathering } from '../proxy/gathering.ts'
import type { Log } from '../books/log.ts'

export type AdminListener = { readonly port: number; close(): Promise<void> }
export type AdminOptions = AdminContext & { readonly log: Log }

async function readBody(message: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  const body = createGathering({ atMostBytes: limitBytes })
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    if (body.length + chunk.length > limitBytes) throw new HoldfastError('body_too_large')
    body.append(chunk)
  }
  return body.take()
}

function write(response: ServerResponse, { status, type, body }: AdminAnswer): void {
  const bytes = typeof body === 'string' ? utf8(body) : body
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="holdfast"' } : {}),
  })
  response.end(bytes)
}

async function refuse(
  error: unknown,
  response: ServerResponse,
  { service, log }: AdminOptions,
): Promise<void> {
  const refusal: OwnAnswer = await service.server.refuse(error, null)
  if (refusal.refusal !== undefined && refusal.status >= 500) log.error('admin call failed', refusal.refusal)
  const retryAfter = refusal.fields.find(([name]) => name === 'retry-after')
  if (retryAfter !== undefined) response.setHeader(...retryAfter)
  // What is left of a body nobody reads must not be taken for the next request.
  response.shouldKeepAlive = false
  write(response, { status: refusal.status, type: 'application/problem+json', body: refusal.body })
}

/** A web page whose name was rebound to this machine still sends its own name as Host (DNS rebinding): refused. */
function hostsOf(port: number): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]']
  return new Set([...names, ...names.map((name) => `${name}:${port}`)])
}

const listenerLimits = {
  maxHeaderSize: 8192,
  headersTimeout: 5_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
}

/** Rejects with Complaint when the port is taken. */
export async function openAdmin({ admin }: Config, options: AdminOptions): Promise<AdminListener> {
  let hosts: ReadonlySet<string> = new Set()
  const http = createHttpServer(listenerLimits, (message, response) => {
    const serve = async (): Promise<void> => {
      const head = readHead(message, message.socket.remoteAddress ?? '', { hosts, headerFields: 50 })
      // A browser names the page that asks; no page has business here, whatever credentials the browser remembers.
      if (head.fields.has('origin')) throw new HoldfastError('bad_request')
      const read = (limitBytes: number): Promise<Uint8Array> => readBody(message, limitBytes)
      write(response, await answerAdminCall({ head, readBody: read, context: options }))
    }
    serve().catch((error: unknown) => refuse(error, response, options).catch(() => response.destroy()))
  })
  http.maxConnections = 100
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) => reject(cannotListen(error, { ...admin, key: 'admin' })))
    http.listen(admin.port, admin.host, resolve)
  })
  const { port } = http.address() as AddressInfo
  hosts = hostsOf(port)
  return {
    port,
    close: (): Promise<void> =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}
