/** The call of a backend on behalf of one exchange. */
import { isSafeMethod } from '@holdfast/core'
import type { Clock, HoldfastServer, RequestHead } from '@holdfast/server'
import type { Exchange } from './exchange.ts'
import type { Ledger } from './ledger.ts'
import type { Limits } from './limits.ts'
import type { Outcome } from './outcome.ts'
import type { Refusal } from './refusal.ts'
import { relay } from './relay.ts'
import { copyAllowed } from './request-fields.ts'
import type { Destination } from './route.ts'

export type CallInput = {
  readonly head: RequestHead
  readonly destination: Destination
  /** Whole, and checked on signed routes. */
  readonly body: Uint8Array
  /** Of the claim of an unsafe signed request. */
  readonly outcome: Outcome | null
}

/** What it throws it throws before anything was sent. */
export type Call = (exchange: Exchange, input: CallInput) => void

/** A request that waited longer for a connection is looked at again: its device may have been revoked meanwhile. */
const recentMs = 900

export function createCall(options: {
  readonly server: Pick<HoldfastServer, 'verifyBody'>
  readonly clock: Clock
  readonly limits: Pick<Limits, 'idleMs' | 'answerBytesPerSecond'>
  readonly ledger: Ledger
  readonly refusal: Refusal
}): Call {
  const { server, clock, ledger, refusal } = options
  const { idleMs, answerBytesPerSecond } = options.limits
  return (exchange, { head, destination, body, outcome }) => {
    const { upstream, allowed, routeFields, timeoutMs } = destination
    const { response, verified } = exchange
    const path = upstream.prefix + head.target.raw
    const headers = ['x-request-id', exchange.reference]
    copyAllowed(head.fields, allowed, headers)
    if (verified !== null) upstream.addIdentity(verified, { target: path, routeFields }, headers)
    const askedMs = clock.monotonic()
    const client = verified === null ? exchange.remote : verified.device.id
    upstream.enter(client)
    exchange.parts += 1
    exchange.leave = relay({
      request: { client, method: head.method, path, headers, body, timeoutMs, idleMs },
      upstream,
      response,
      signed: verified !== null,
      unsafe: !isSafeMethod(head.method),
      outcome,
      answerBytesPerSecond,
      confirm(): void {
        if (verified !== null && clock.monotonic() - askedMs > recentMs) server.verifyBody(verified, body)
      },
      onFailure: (error, headSent) => {
        ledger.failed(exchange, { code: error.code, cause: error.cause, upstream: upstream.name })
        if (headSent) response.destroy()
        else void refusal.refuse(exchange, error)
      },
      onEnd: () => ledger.part(exchange),
    })
  }
}
