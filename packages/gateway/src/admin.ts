/**
 * The listener for operators: loopback only, apart from the public one. Metrics and health need no credentials; everything
 * under /admin does (docs/operate.md).
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fromBase64url, fromUtf8, HoldfastError, parseTarget, utf8 } from '@holdfast/core'
import type { OwnAnswer, RequestHead } from '@holdfast/server'
import * as v from 'valibot'
import { parseCapture } from './capture.ts'
import { Complaint } from './complaint.ts'
import type { Config } from './config.ts'
import { readHead } from './edge.ts'
import { explain } from './explain.ts'
import type { Log } from './log.ts'
import type { Service } from './service.ts'

export type AdminListener = { readonly port: number; close(): Promise<void> }
export type AdminOptions = {
  readonly service: Service
  readonly log: Log
  /** Prometheus text. */
  metrics(): Promise<string>
}

type Call = { readonly head: RequestHead; readonly body: Uint8Array; readonly options: AdminOptions }
type Answer = { readonly status: number; readonly type: string; readonly body: string | Uint8Array }

const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

async function ready({ stores }: Service): Promise<Answer> {
  try {
    await stores.store.ping()
    await stores.shortLived.ping()
    return json(200, { status: 'ready' })
  } catch {
    return json(503, { status: 'store_unavailable' })
  }
}

const explainBody = v.strictObject({
  request: v.string(),
  /** Milliseconds since 1970, or null for the moment it was signed. */
  at_ms: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
})

/** Proves the credentials by a read that any operator may do. */
async function authenticate(head: RequestHead, { server }: Service): Promise<void> {
  const target = parseTarget('/admin/operators')
  await server.operators.answer({ ...head, method: 'GET', target }, undefined)
}

async function answerExplain({ head, body, options: { service } }: Call): Promise<Answer> {
  await authenticate(head, service)
  if (head.method !== 'POST') throw new HoldfastError('method_refused')
  const form = v.safeParse(explainBody, parseJson(body))
  if (!form.success) throw new HoldfastError('bad_request')
  try {
    const capture = parseCapture(fromBase64url(form.output.request))
    return json(200, await explain(capture, { ...service, atMs: form.output.at_ms }))
  } catch (cause) {
    if (cause instanceof Complaint || cause instanceof TypeError)
      throw new HoldfastError('bad_request', { cause })
    throw cause
  }
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(fromUtf8(body)) as unknown
  } catch (cause) {
    throw new HoldfastError('bad_request', { cause })
  }
}

async function answerAdmin({ head, body, options }: Call): Promise<Answer> {
  const { status, json: value } = await options.service.server.operators.answer(head, parseJson(body))
  return json(status, value)
}

async function answer(call: Call): Promise<Answer> {
  const { head, options } = call
  const { path } = head.target
  if (path.startsWith('/admin/')) return path === '/admin/explain' ? answerExplain(call) : answerAdmin(call)
  if (head.method !== 'GET' && head.method !== 'HEAD') throw new HoldfastError('method_refused')
  if (path === '/healthz') return json(200, { status: 'ok' })
  if (path === '/readyz') return ready(options.service)
  if (path === '/metrics')
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await options.metrics() }
  throw new HoldfastError('not_found')
}

// A captured request travels here in base64url, its body with it.
const bodyLimitBytes = 4_194_304

async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > bodyLimitBytes) throw new HoldfastError('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function write(response: ServerResponse, { status, type, body }: Answer): void {
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
  if (refusal.status === 500) log.error('admin call failed', { cause: error })
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
      write(response, await answer({ head, body: await readBody(message), options }))
    }
    serve().catch((error: unknown) => refuse(error, response, options).catch(() => response.destroy()))
  })
  http.maxConnections = 100
  await new Promise<void>((resolve, reject) => {
    http.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(
        new Complaint(`the admin listener cannot open ${admin.host}:${admin.port} (${code}): see admin`, 1),
      ),
    )
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
