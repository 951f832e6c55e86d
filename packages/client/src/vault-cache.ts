/** Encrypted HTTP cache (RFC 9111) in place of the platform's own: private, bounded, wiped by `clear`. */
import { concat, HoldfastError, isSafeMethod } from '@holdfast/core'
import type { FetchInit } from './fetch.ts'
import {
  type CacheRequest,
  fits,
  isFresh,
  isKeepable,
  mayBeStale,
  policiesBy,
  responseOf,
} from './vault-answer.ts'
import { type CacheParts, createShelf, type FoundAnswer } from './vault-shelf.ts'

export type Fetch = (input: string | URL, init?: FetchInit) => Promise<Response>

export type CacheOptions = {
  /** What paths are relative to. */
  readonly origin: string
  /** A kept answer may stand in while the service cannot be reached, however old, unless the backend forbids it. Default false. */
  readonly staleIfError?: boolean
}

/** It may forget anything at any time, so whatever goes wrong in it only makes it forget; but it rejects with `locked` once closed. */
export interface VaultCache {
  /**
   * `fetch` with this cache before it. GET only; other methods pass, and an unsafe one makes the cache forget its URL. What is asked for
   * with Range, If-… or `Cache-Control: no-store` passes and is not kept.
   */
  through(fetch: Fetch, options: CacheOptions): Fetch
  clear(): Promise<void>
}

/** All of it, in octets on the disk; one answer may take an eighth. */
export const cacheBytes: number = 16 * 1024 * 1024

const passing = /^(?:range|if-.*)$/

function requestOf(input: string | URL, init: FetchInit, origin: string): CacheRequest {
  const url = new URL(String(input), origin)
  url.hash = ''
  return { method: 'GET', url: url.href, headers: Object.fromEntries(new Headers(init.headers)) }
}

type Asked = {
  readonly request: CacheRequest
  readonly stale: boolean
  /** Of the shelf, before anything was sent. */
  readonly generation: number
  readonly send: (headers: Record<string, string>) => Promise<Response>
}

function passes({ headers }: CacheRequest): boolean {
  return (
    Object.keys(headers).some((name) => passing.test(name)) ||
    /no-store/i.test(headers['cache-control'] ?? '')
  )
}

type Keep = (body: Uint8Array) => Promise<void>

/** The same body; `keep` is given it before it ends, when it came whole and is not too large. */
function recorded(body: ReadableStream<Uint8Array>, largest: number, keep: Keep): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let pieces: Uint8Array[] = []
  let size = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        const { done, value } = await reader.read()
        if (done) {
          if (size <= largest) await keep(concat(...pieces))
          return controller.close()
        }
        size += value.length
        pieces = size <= largest ? [...pieces, new Uint8Array(value)] : []
        controller.enqueue(value)
      },
      cancel: (reason: unknown): Promise<void> => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** The service's own words, or the line's, for that there is no answer now. */
const unreachable: ReadonlySet<string> = new Set([
  'network_unreachable',
  'upstream_unreachable',
  'upstream_timeout',
  'store_unavailable',
  'overloaded',
])
const failing: ReadonlySet<number> = new Set([500, 502, 503, 504])

function isUnreachable(error: unknown): boolean {
  return error instanceof HoldfastError && unreachable.has(error.code)
}

export function createCache(parts: CacheParts, budget: number = cacheBytes): VaultCache {
  const { clock, keys, respond } = parts
  const policies = policiesBy(clock)
  const shelf = createShelf(parts, policies, budget)

  /** What came from the service: given on, and kept if it may be. Either way it is newer than `known`. */
  async function take(response: Response, asked: Asked, known: FoundAnswer | undefined): Promise<Response> {
    const { request, stale, generation } = asked
    const headers = Object.fromEntries(response.headers)
    const policy = policies.new(request, { status: response.status, headers })
    if (!isKeepable(policy, stale)) {
      if (known !== undefined && !failing.has(response.status))
        await shelf.drop(known.id).catch(() => undefined)
      return response
    }
    const keep: Keep = (body) =>
      shelf.put(request.url, { policy, body }, known?.id ?? null, generation).catch(() => undefined)
    if (response.body === null) {
      await keep(new Uint8Array(0))
      return response
    }
    const body = recorded(response.body, Math.floor(budget / 8), keep)
    return respond(body, { status: response.status, headers: response.headers })
  }

  async function renew(response: Response, asked: Asked, known: FoundAnswer): Promise<Response> {
    const { request, generation } = asked
    const headers = Object.fromEntries(response.headers)
    const { policy, matches } = known.policy.revalidatedPolicy(request, { status: 304, headers })
    // It speaks of an answer that is not here: ask for the answer itself.
    if (!matches) return take(await asked.send(request.headers), asked, known)
    const renewed = { policy, body: known.body }
    await shelf.put(request.url, renewed, known.id, generation).catch(() => undefined)
    return responseOf(renewed, respond)
  }

  async function get(asked: Asked): Promise<Response> {
    const { request, stale, send } = asked
    const known = (await shelf.find(request.url)).findLast(({ policy }) => fits(policy, request))
    if (known === undefined) return take(await send(request.headers), asked, undefined)
    if (isFresh(known.policy, request, clock)) return responseOf(known, respond)
    const standIn = mayBeStale(known.policy, request, stale) ? known : null
    let response: Response
    try {
      response = await send(known.policy.revalidationHeaders(request) as Record<string, string>)
    } catch (error) {
      if (standIn === null || !isUnreachable(error)) throw error
      return responseOf(standIn, respond)
    }
    if (standIn !== null && failing.has(response.status)) return responseOf(standIn, respond)
    return response.status === 304 ? renew(response, asked, known) : take(response, asked, known)
  }

  async function pass(fetch: Fetch, input: string | URL, init: FetchInit, url: string): Promise<Response> {
    if (isSafeMethod((init.method ?? 'GET').toUpperCase())) return fetch(input, init)
    const response = await fetch(input, init).catch(async (error: unknown) => {
      // It may have run all the same.
      await shelf.forget(url)
      throw error
    })
    if (response.status < 400) await shelf.forget(url)
    return response
  }

  return {
    through:
      (fetch, { origin, staleIfError = false }) =>
      async (input, init = {}) => {
        keys.check()
        const request = requestOf(input, init, origin)
        if ((init.method ?? 'GET').toUpperCase() !== 'GET' || passes(request))
          return pass(fetch, input, init, request.url)
        return get({
          request,
          stale: staleIfError,
          generation: shelf.generation(),
          send: (headers) => fetch(request.url, { ...init, headers }),
        })
      },
    clear: () => shelf.forget(),
  }
}
