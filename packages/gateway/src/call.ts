/** The call of a backend on behalf of one exchange. */
import { isSafeMethod } from '@holdfast/core'
import type { RequestHead } from '@holdfast/server'
import type { Exchange } from './exchange.ts'
import type { Ledger } from './ledger.ts'
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

export function createCall(options: {
  readonly ledger: Ledger
  readonly refusal: Refusal
  readonly idleMs: number
}): Call {
  const { ledger, refusal, idleMs } = options
  return (exchange, { head, destination, body, outcome }) => {
    const { upstream, allowed, routeFields, timeoutMs } = destination
    const { response, verified } = exchange
    const path = upstream.prefix + head.target.raw
    const headers = ['x-request-id', exchange.reference]
    copyAllowed(head.fields, allowed, headers)
    if (verified !== null) upstream.addIdentity(verified, { target: path, routeFields }, headers)
    exchange.parts += 1
    exchange.leave = relay({
      request: { method: head.method, path, headers, body, timeoutMs, idleMs },
      upstream,
      response,
      signed: verified !== null,
      unsafe: !isSafeMethod(head.method),
      outcome,
      onFailure: (error, headSent) => {
        ledger.failed(exchange, { code: error.code, cause: error.cause, upstream: upstream.name })
        if (headSent) response.destroy()
        else void refusal.refuse(exchange, error)
      },
      onEnd: () => ledger.part(exchange),
    })
  }
}
