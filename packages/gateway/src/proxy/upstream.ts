/** One backend: a pool of connections to an address that only the configuration names. */
import { HoldfastError, parseTarget } from '@holdfast/core'
import type { Clock, KeyRing } from '@holdfast/server'
import { type Dispatcher, Pool } from 'undici'
import { type AddIdentity, createIdentity, type IdentityMode } from './forward.ts'
import { createAddressCounter, type Limits } from '../line/limits.ts'
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
  /** As it was entered. */
  readonly client: string
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
  /** True when the request entered last would have to wait for a connection. */
  busy(): boolean
  /**
   * Counts a request for a client: the id of its device, or its address where nobody signs. Throws `overloaded` when it has
   * its share of the connections already: no client can take a backend away from the others.
   */
  enter(client: string): void
  /** `handler` hears of the end exactly once, by onComplete or onError. */
  send(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void
  /** Every request entered has to be reported once when it is over. */
  done(client: string): void
  close(): Promise<void>
  /** Fails what is under way. */
  destroy(): Promise<void>
}

export type UpstreamContext = {
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: RandomPool
  readonly limits: Pick<Limits, 'upstreamSharePercent'>
  readonly coolingSeconds: number
}

const loopback = /^(?:localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/
/** Where the configuration names none. */
export const defaultTimeoutMs = 15_000
const connectMs = 5_000
const leastShare = 4

/** Throws TypeError for an address that is none, or one to which identity must not travel unsigned. */
export function createUpstream(options: UpstreamOptions, context: UpstreamContext): Upstream {
  const { name, timeoutMs, connections } = options
  const { origin, prefix } = parseAddress(options)
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: Math.min(connectMs, timeoutMs) },
  })
  const share = Math.floor((connections * context.limits.upstreamSharePercent) / 100)
  const clients = createAddressCounter(Math.max(leastShare, share))
  let active = 0
  return {
    name,
    prefix,
    timeoutMs,
    retriesIdempotently: options.retriesIdempotently ?? false,
    addIdentity: createIdentity({ name, identity: options.identity, ...context }),
    busy: (): boolean => active > connections,
    enter(client: string): void {
      if (!clients.enter(client)) throw new HoldfastError('overloaded', { retryAfter: 1 })
      active += 1
    },
    send({ method, path, headers, body, timeoutMs: headersTimeout, idleMs }, handler): void {
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
    done(client: string): void {
      active -= 1
      clients.leave(client)
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
