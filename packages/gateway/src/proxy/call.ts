/** The call of a backend on behalf of one exchange. */
import { approvalField, type HoldfastError, isSafeMethod } from '@holdfast/core'
import type { Clock, HoldfastServer, KeptAnswer, RequestHead } from '@holdfast/server'
import { createGatheredAnswer } from './answer-gathered.ts'
import { type AnswerStream, createAnswerStream } from './answer-stream.ts'
import type { Exchange } from './exchange.ts'
import type { Ledger } from '../books/ledger.ts'
import type { Limits, Load } from '../line/limits.ts'
import type { Outcome } from './outcome.ts'
import type { Refusal } from './refusal.ts'
import { relay } from './relay.ts'
import { copyAllowed } from './request-fields.ts'
import type { Destination } from './route.ts'
import { leavesWhole, type WriteWhole } from './whole.ts'

export type CallInput = {
  readonly head: RequestHead
  readonly destination: Destination
  /** Whole, and checked on signed routes. */
  readonly body: Uint8Array
  /** Of the claim of an unsafe signed request. */
  readonly outcome: Outcome | null
  /** What its user approved, which goes to the backend in the place of `body`: canonical JSON, its Content-Digest, and evidence. */
  readonly approved?: { readonly body: Uint8Array; readonly evidence: string; readonly digest: string }
}

/** What it throws it throws before anything was sent. */
export type Call = (exchange: Exchange, input: CallInput) => void

/** A request that waited longer for a connection is looked at again: its device may have been revoked meanwhile. */
const recentMs = 900

export type CallOptions = {
  readonly server: Pick<HoldfastServer, 'verifyBody'>
  readonly clock: Clock
  readonly limits: Pick<Limits, 'idleMs' | 'answerBytesPerSecond' | 'wholeAnswerBytes'>
  readonly load: Pick<Load, 'hold'>
  readonly ledger: Ledger
  readonly refusal: Refusal
  readonly writeWhole: WriteWhole
}

/** Gathers the answer. One that cannot be gathered is refused at once, and to the backend it is as if the client had left. */
function gather(exchange: Exchange, { head, destination }: CallInput, options: CallOptions): AnswerStream {
  const { load, limits, refusal, writeWhole } = options
  return createGatheredAnswer({
    bodyless: head.method === 'HEAD',
    limitBytes: limits.wholeAnswerBytes,
    hold(bytes: number): void {
      load.hold(bytes, exchange.remote)
      exchange.heldBytes += bytes
    },
    deliver: (answer: KeptAnswer) => void writeWhole(exchange, destination, answer),
    giveUp(error: HoldfastError): void {
      exchange.leave?.()
      void refusal.refuse(exchange, error)
    },
  })
}

export function createCall(options: CallOptions): Call {
  const { server, clock, ledger, refusal } = options
  const { idleMs, answerBytesPerSecond } = options.limits
  return (exchange, input) => {
    const { head, destination, body, outcome, approved } = input
    const { upstream, allowed, routeFields, timeoutMs } = destination
    const { response, verified } = exchange
    const path = upstream.prefix + head.target.raw
    const headers = ['x-request-id', exchange.reference]
    if (approved === undefined) copyAllowed(head.fields, allowed, headers)
    else {
      copyAllowed(new Map([...head.fields, ['content-type', 'application/json']]), allowed, headers)
      headers.push(approvalField, approved.evidence)
    }
    const to = { target: path, routeFields, ...(approved && { digest: approved.digest }) }
    if (verified !== null) upstream.addIdentity(verified, to, headers)
    const askedMs = clock.monotonic()
    const client = verified === null ? exchange.remote : verified.device.id
    upstream.enter(client)
    exchange.parts += 1
    exchange.leave = relay({
      request: {
        client,
        method: head.method,
        path,
        headers,
        body: approved?.body ?? body,
        timeoutMs,
        idleMs,
      },
      // What may have moved money is never taken for unsent: limits count it, whether or not the backend would know it again.
      upstream: approved === undefined ? upstream : { ...upstream, retriesIdempotently: false },
      response,
      answer: leavesWhole(exchange, destination)
        ? gather(exchange, input, options)
        : createAnswerStream(response, {
            bodyless: head.method === 'HEAD',
            bytesPerSecond: answerBytesPerSecond,
            page: exchange.page,
          }),
      signed: verified !== null,
      unsafe: !isSafeMethod(head.method),
      outcome,
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
