/** One backend: a pool of connections to an address that only the configuration names. */
import { parseTarget } from '@holdfast/core'
import type { Clock, KeyRing } from '@holdfast/server'
import { type Dispatcher, Pool } from 'undici'
import { type AddIdentity, createIdentity, type IdentityMode } from './forward.ts'
import type { RandomPool } from './random-pool.ts'

export type UpstreamOptions = {
  readonly name: string
  /** Origin with an optional path prefix, `http://` or `https://`. */
  readonly url: string
  readonly identity: IdentityMode
  /** From sending a request to the head of its answer. */
  readonly timeoutMs: number
  readonly connections: number
  /** The backend honours Idempotency-Key: a request whose outcome is unknown may be forwarded again. */
  readonly retriesIdempotently?: boolean
}

export type UpstreamRequest = {
  readonly method: string
  /** Prefix and target of the client. */
  readonly path: string
  /** Flat list name, value, …; the pool adds host, connection and content-length. */
  readonly headers: string[]
  readonly body: Uint8Array
  readonly timeoutMs: number
  readonly idleMs: number
}

export interface Upstream {
  readonly name: string
  readonly prefix: string
  readonly timeoutMs: number
  readonly retriesIdempotently: boolean
  readonly addIdentity: AddIdentity
  /** True when a request sent now would have to wait for a connection. */
  busy(): boolean
  /** `handler` hears of the end exactly once, by onComplete or onError. */
  send(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void
  /** Every request sent has to be reported once when it is over. */
  done(): void
  close(): Promise<void>
  /** Fails what is under way. */
  destroy(): Promise<void>
}

export type UpstreamContext = {
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: RandomPool
}

const loopback = /^(?:localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/
const connectMs = 5_000

/** Throws TypeError for an address that is none, or one to which identity must not travel unsigned. */
export function createUpstream(options: UpstreamOptions, context: UpstreamContext): Upstream {
  const { name, timeoutMs, connections } = options
  const { origin, prefix } = parseAddress(options)
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: Math.min(connectMs, timeoutMs) },
  })
  let active = 0
  return {
    name,
    prefix,
    timeoutMs,
    retriesIdempotently: options.retriesIdempotently ?? false,
    addIdentity: createIdentity({ name, identity: options.identity, ...context }),
    busy: (): boolean => active >= connections,
    send({ method, path, headers, body, timeoutMs: headersTimeout, idleMs }, handler): void {
      active += 1
      pool.dispatch(
        {
          method,
          path,
          headers,
          body: body.length === 0 ? null : body,
          headersTimeout,
          bodyTimeout: idleMs,
        },
        handler,
      )
    },
    done(): void {
      active -= 1
    },
    close: (): Promise<void> => pool.close(),
    destroy: (): Promise<void> => pool.destroy(),
  }
}

function parseAddress({ name, url, identity }: UpstreamOptions): { origin: string; prefix: string } {
  const { protocol, hostname, origin, pathname, search, hash, username, password } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new TypeError(`upstream ${name}: http:// or https:// only`)
  if (search !== '' || hash !== '' || username !== '' || password !== '')
    throw new TypeError(`upstream ${name}: an origin and a path prefix, nothing else`)
  if (identity.mode === 'insecurePlain' && !loopback.test(hostname))
    throw new TypeError(`upstream ${name}: insecurePlain is for loopback only`)
  const prefix = pathname.replace(/\/+$/, '')
  if (prefix !== '') parseTarget(prefix)
  return { origin, prefix }
}
