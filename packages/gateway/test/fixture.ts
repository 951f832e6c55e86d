/** A gateway over a server that accepts whoever says so, real backends, and raw connections. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type AddressInfo } from 'node:net'
import { defaultRule, findRule, HoldfastError, problemOf, utf8 } from '@holdfast/core'
import {
  type Claim,
  createCors,
  type HoldfastServer,
  type KeptAnswer,
  type KeyRing,
  type RequestHead,
  SealedRefusal,
  type VerifiedRequest,
} from '@holdfast/server'
import { onTestFinished } from 'vitest'
import type { FailureRecord, GatewayLog, RequestRecord } from '../src/books/access-log.ts'
import { createGateway, type Gateway } from '../src/gateway.ts'
import { defaultLimits, type Limits } from '../src/line/limits.ts'
import type { TlsFiles } from '../src/line/listener-tls.ts'
import { createMetrics, type Metrics } from '../src/books/metrics.ts'
import type { GatewayRoute } from '../src/proxy/route.ts'
import type { UpstreamOptions } from '../src/proxy/upstream.ts'

export const secret: Uint8Array = new Uint8Array(32).fill(7)
const clock = { now: (): number => Date.now(), monotonic: (): number => performance.now() }
const keys = {} as KeyRing

export type FakeServer = HoldfastServer & {
  /** What became of each claim, in order: `settled 200 ok`, `executed`, `unknown`, `released`. */
  readonly claims: string[]
  /** Resolves with the next entry of {@link claims}. */
  readonly nextClaim: () => Promise<string>
}

/** Takes `Signature: good` for a signature of the device `phone`, `later` likewise but not at once. */
export function fakeServer(routes: readonly GatewayRoute[] = []): FakeServer {
  const claims: string[] = []
  const waiting: Array<(claim: string) => void> = []
  const kept = new Map<string, KeptAnswer | 'running' | 'unknown'>()

  function verify(head: RequestHead): VerifiedRequest {
    const signature = head.fields.get('signature')
    if (signature === undefined) throw new HoldfastError('signature_missing')
    if (signature !== 'good' && signature !== 'later') throw new HoldfastError('signature_invalid')
    const claimsOf = { sub: 'user ü', sid: 'family', acr: 'device', auth_time: 1_790_000_000 }
    return {
      head,
      device: { id: 'phone', createdAt: 0 },
      claims: claimsOf,
      signedBy: 'session',
    } as unknown as VerifiedRequest
  }
  function end(key: string, name: string, state: KeptAnswer | 'unknown' | null): Promise<void> {
    if (state === null) kept.delete(key)
    else kept.set(key, state)
    claims.push(name)
    waiting.shift()?.(name)
    return Promise.resolve()
  }
  function claim(verified: VerifiedRequest): Promise<Claim> {
    const key = verified.head.fields.get('idempotency-key')
    if (key === undefined) return Promise.reject(new HoldfastError('idempotency_key_missing'))
    const state = kept.get(key)
    if (state === 'running') return Promise.reject(new HoldfastError('request_in_progress'))
    if (state === 'unknown') return Promise.reject(new HoldfastError('outcome_unknown'))
    if (state !== undefined) return Promise.resolve({ kind: 'repeat', answer: state })
    kept.set(key, 'running')
    return Promise.resolve({
      kind: 'run',
      settle: (answer) => end(key, `settled ${answer.status} ${Buffer.from(answer.body).toString()}`, answer),
      executed: () => end(key, 'executed', 'unknown'),
      unknown: () => end(key, 'unknown', 'unknown'),
      release: () => end(key, 'released', null),
    })
  }
  return {
    origin: 'http://gateway.test',
    cors: createCors({ web: { origins: ['https://app.test'], rpId: 'app.test' } }),
    claims,
    nextClaim: () => new Promise((resolve) => waiting.push(resolve)),
    sealing: { offered: false, open: () => Promise.reject(new HoldfastError('stale_sealing_key')) },
    sign: (_request: VerifiedRequest, { status, fields, body }: KeptAnswer) =>
      Promise.resolve({ status, fields: [...fields, ['signature', `over ${body.length}`] as const], body }),
    owns: (path: string) => path.startsWith('/holdfast/'),
    answer: (_head: RequestHead, body: Uint8Array) =>
      Promise.resolve({
        status: 200,
        fields: [['content-type', 'text/plain']],
        body: utf8(`own ${body.length}`),
      }),
    rule: (head: RequestHead) => findRule(routes, head.method, head.target.path) ?? defaultRule,
    verify: (head: RequestHead) =>
      head.fields.get('signature') === 'later' ? Promise.resolve().then(() => verify(head)) : verify(head),
    verifyBody(verified: VerifiedRequest, body: Uint8Array): void {
      const digest = verified.head.fields.get('content-digest')
      if (digest !== undefined && digest !== Buffer.from(body).toString())
        throw new HoldfastError('digest_mismatch')
    },
    claim,
    refuse(error: unknown) {
      if (error instanceof SealedRefusal) return Promise.resolve(error.answer)
      const known = error instanceof HoldfastError ? error : new HoldfastError('internal_error')
      const problem = problemOf(known, 418)
      const refusal = {
        code: known.code,
        reference: 'ref',
        cause: error instanceof HoldfastError ? error.cause : error,
      }
      return Promise.resolve({
        status: 418,
        fields: [['holdfast-error', known.code]],
        body: utf8(JSON.stringify(problem)),
        refusal,
      })
    },
  } as unknown as FakeServer
}

/** A backend of node:http on a port of its own, gone with the test. */
export async function backend(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

export type Fixture = {
  readonly gateway: Gateway
  readonly port: number
  readonly server: FakeServer
  readonly metrics: Metrics
  readonly requests: RequestRecord[]
  readonly failures: FailureRecord[]
  /** Resolves when the next request is over. */
  readonly nextRequest: () => Promise<RequestRecord>
}

export type FixtureOptions = {
  readonly url: string
  readonly upstream?: Partial<UpstreamOptions>
  readonly routes?: readonly GatewayRoute[]
  readonly limits?: Partial<Limits>
  readonly answerBytes?: number
  readonly server?: Partial<HoldfastServer>
  readonly trustedProxies?: readonly string[]
  readonly tls?: TlsFiles
  /** Monotonic milliseconds. */
  readonly monotonic?: () => number
}

export async function gatewayTo(options: FixtureOptions): Promise<Fixture> {
  const routes = options.routes ?? [
    { path: '/open/*', policy: 'open', signer: 'any', fields: [], upstream: 'bank', forward: [] },
  ]
  const server = Object.assign(fakeServer(routes), options.server)
  const requests: RequestRecord[] = []
  const failures: FailureRecord[] = []
  const waiting: Array<(record: RequestRecord) => void> = []
  const log: GatewayLog = {
    request(record) {
      requests.push(record)
      waiting.shift()?.(record)
    },
    failure: (record) => failures.push(record),
    connection: () => undefined,
  }
  const metrics = createMetrics()
  const upstream: UpstreamOptions = {
    name: 'bank',
    url: options.url,
    identity: { mode: 'hmac-sha256', secret },
    timeoutMs: 5_000,
    connections: 16,
    ...options.upstream,
  }
  const gateway = createGateway({
    server,
    keys,
    clock: { ...clock, ...(options.monotonic === undefined ? {} : { monotonic: options.monotonic }) },
    routes,
    defaultUpstream: 'bank',
    upstreams: [upstream],
    hosts: ['Listed.test:8080', '127.0.0.1:8080'],
    limits: { ...defaultLimits, ...options.limits },
    ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    answerBytes: options.answerBytes ?? 1024,
    coolingSeconds: 86_400,
    log,
    metrics,
  })
  const { port } = await gateway.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => gateway.close({ drainMs: 0 }))
  const nextRequest = (): Promise<RequestRecord> => new Promise((resolve) => waiting.push(resolve))
  return { gateway, port, server, metrics, requests, failures, nextRequest }
}

/** A raw connection that keeps what it received. */
export type Raw = {
  readonly socket: Socket
  received(): string
  /** Resolves when `text` was received; rejects when the connection ends before. */
  until(text: string): Promise<string>
  /** Resolves with everything received when the other side has ended. */
  end(): Promise<string>
}

export function rawConnection(port: number): Raw {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let ended = false
  const watchers = new Set<() => void>()
  const wake = (): void => {
    for (const watcher of watchers) watcher()
  }
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    wake()
  })
  socket.on('close', () => {
    ended = true
    wake()
  })
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  function wait(done: () => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const watcher = (): void => {
        if (!done() && !ended) return
        watchers.delete(watcher)
        if (done()) resolve(text)
        else reject(new Error(`the connection ended after ${JSON.stringify(text)}`))
      }
      watchers.add(watcher)
      watcher()
    })
  }
  return {
    socket,
    received: () => text,
    until: (part) => wait(() => text.includes(part)),
    end: () => wait(() => ended),
  }
}

/** Writes octets on a connection of their own and returns all that comes back until the other side ends. */
export function exchangeRaw(port: number, request: string): Promise<string> {
  const raw = rawConnection(port)
  raw.socket.write(Buffer.from(request, 'latin1'))
  return raw.end()
}

/** A well-formed request that ends its connection; `fields` as lines without line ends. */
export function requestText(line: string, fields: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  const lines = [`${line} HTTP/1.1`, 'Host: gateway.test', 'Connection: close', ...fields, ...length]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export const signed: readonly string[] = ['Signature: good']
let nextKey = 0
/** Fields of an unsafe signed request with a key of its own. */
export function signedUnsafe(key: string = `key-${++nextKey}`): string[] {
  return [...signed, `Idempotency-Key: ${key}`]
}

export type Deferred<Value> = { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void }
export function deferred<Value = void>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((take) => {
    resolve = take
  })
  return { promise, resolve }
}
