/** One kept answer: its policy (RFC 9111) and its body, sealed as one. */
import { concat, fromUtf8, HoldfastError, utf8 } from '@holdfast/core'
import CachePolicy from 'http-cache-semantics'
import * as v from 'valibot'
import type { Clock, Platform } from './ports.ts'

/** A request as the policy compares it: absolute URL, lower-case names. */
export type CacheRequest = {
  readonly method: 'GET'
  readonly url: string
  readonly headers: Record<string, string>
}

export type KeptAnswer = { readonly policy: CachePolicy; readonly body: Uint8Array }

/** `new` for an answer just received; `of` for one kept. Both go by the device's clock. */
export type Policies = {
  new: (request: CacheRequest, response: { status: number; headers: Record<string, string> }) => CachePolicy
  of: (record: CachePolicy.CachePolicyObject) => CachePolicy
}

/** No heuristic freshness (RFC 9111 section 4.2.2): what the backend did not call fresh is not. */
const options = { shared: false, cacheHeuristic: 0, immutableMinTimeToLive: 0 } as const

export function policiesBy(clock: Clock): Policies {
  class Policy extends CachePolicy {
    now(): number {
      return clock.now()
    }
  }
  return {
    new: (request, response) => new Policy(request, response, options),
    of: (record) => Policy.fromObject(record),
  }
}

const newline = 0x0a

/** JSON without line breaks, a line break, the body. */
export function encodeAnswer({ policy, body }: KeptAnswer): Uint8Array {
  return concat(utf8(`${JSON.stringify(policy.toObject())}\n`), body)
}

const recordSchema = v.looseObject({ v: v.literal(1), t: v.number(), st: v.number() })

/** Throws `vault_damaged`. */
export function decodeAnswer(bytes: Uint8Array, policies: Policies): KeptAnswer {
  const end = bytes.indexOf(newline)
  try {
    const record = v.parse(recordSchema, JSON.parse(fromUtf8(bytes.subarray(0, end))))
    const policy = policies.of(record as unknown as CachePolicy.CachePolicyObject)
    return { policy, body: bytes.slice(end + 1) }
  } catch (cause) {
    throw new HoldfastError('vault_damaged', { cause })
  }
}

const bodyless: ReadonlySet<number> = new Set([204, 205, 304])

/** Makes what the app gets, see the port. */
export type Respond = NonNullable<Platform['response']>

export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

export function responseOf({ policy, body }: KeptAnswer, respond: Respond): Response {
  const { st: status } = policy.toObject()
  const headers = new Headers(policy.responseHeaders() as Record<string, string>)
  if (bodyless.has(status)) return new Response(null, { status, headers })
  return respond(streamOf(body), { status, headers })
}

/** Worth keeping: it can be used again, now or after the backend said so. */
export function isKeepable(policy: CachePolicy, staleIfError: boolean): boolean {
  const { resh } = policy.toObject()
  const validators = resh['etag'] !== undefined || resh['last-modified'] !== undefined
  return policy.storable() && (policy.timeToLive() > 0 || validators || staleIfError)
}

/** Whether it answers this request at all: it varies by nothing this request has otherwise. A policy asks nothing for one it does not fit. */
export function fits(policy: CachePolicy, request: CacheRequest): boolean {
  const headers = { ...request.headers, 'if-none-match': '"any"' }
  return 'if-none-match' in policy.revalidationHeaders({ ...request, headers })
}

/** By the policy and the request alone; a clock set back proves nothing fresh. */
export function isFresh(policy: CachePolicy, request: CacheRequest, clock: Clock): boolean {
  return clock.now() >= policy.toObject().t && policy.satisfiesWithoutRevalidation(request)
}

/**
 * Whether a kept answer may stand in while the service cannot be reached: the app said so for all, or the backend for this one
 * (stale-if-error, RFC 5861 section 4), and the backend did not forbid it (RFC 9111 section 4.2.4).
 */
export function mayBeStale(policy: CachePolicy, request: CacheRequest, allowed: boolean): boolean {
  const { rescc } = policy.toObject()
  if ('no-cache' in rescc) return false
  const headers = { ...request.headers, 'cache-control': 'max-stale' }
  if (!policy.satisfiesWithoutRevalidation({ ...request, headers })) return false
  const window = Number(rescc['stale-if-error'] ?? 0)
  return allowed || policy.maxAge() + window > policy.age()
}
