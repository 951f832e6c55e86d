/**
 * The way of one request: parse, find its rule, verify its head, read its body, verify that, claim it if it is unsafe,
 * forward it. Each step sees only what the step before it let through, and every failure on the way is a refusal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HoldfastError, isSafeMethod } from '@holdfast/core'
import type { Clock, HoldfastServer, OwnAnswer, RequestHead, VerifiedRequest } from '@holdfast/server'
import type { FailureRecord, GatewayLog } from './access-log.ts'
import { writeAnswer } from './answer-writer.ts'
import { type EdgeOptions, readHead } from './edge.ts'
import { createExchange, type Exchange } from './exchange.ts'
import type { Limits, Load } from './limits.ts'
import type { Metrics } from './metrics.ts'
import { createOutcome, type Outcome } from './outcome.ts'
import type { RandomPool } from './random-pool.ts'
import { relay } from './relay.ts'
import { copyAllowed } from './request-fields.ts'
import type { Destination, FindDestination } from './route.ts'
import { emptyBody, hasBody, spool } from './spool.ts'

export type ProxyOptions = {
  readonly server: HoldfastServer
  readonly clock: Clock
  readonly limits: Limits
  readonly load: Load
  readonly edge: EdgeOptions
  readonly findDestination: FindDestination
  /** Answers up to this size are kept for repetition: the policy's `idempotency.answerBytes`. */
  readonly answerBytes: number
  readonly random: RandomPool
  readonly log: GatewayLog
  readonly metrics: Metrics
}

export type Proxy = (message: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void

const referenceBytes = 12
/** After these the next octets on the connection cannot be trusted to be a request. */
const endsConnection: ReadonlySet<string> = new Set([
  'ambiguous_request',
  'body_refused',
  'header_too_large',
  'method_refused',
  'upgrade_refused',
])

function ignore(): void {
  // A response whose client left reports that through `close`.
}

export function createProxy(options: ProxyOptions): Proxy {
  const { server, clock, limits, load, findDestination, random, log, metrics } = options

  function part(exchange: Exchange): void {
    exchange.parts -= 1
    if (exchange.parts > 0) return
    if (exchange.counted) load.leave(exchange.remote)
    load.free(exchange.heldBytes)
    const { response, head, route, code, reference, verified, remote } = exchange
    const durationMs = clock.monotonic() - exchange.startedMs
    const status = response.headersSent ? response.statusCode : 0
    metrics.request(route, status, code, durationMs)
    const method = head?.method ?? ''
    log.request({
      reference,
      method,
      route,
      status,
      code,
      durationMs,
      device: verified?.device.id ?? null,
      remote,
    })
  }

  function failed(exchange: Exchange, failure: Pick<FailureRecord, 'code' | 'cause' | 'upstream'>): void {
    if (failure.upstream !== null) metrics.upstreamError(failure.upstream, failure.code)
    log.failure({ reference: exchange.reference, ...failure })
  }

  function note(exchange: Exchange, answer: OwnAnswer): void {
    if (answer.refusal === undefined) return
    const { code, reference, cause } = answer.refusal
    exchange.code = code
    exchange.reference = reference
    metrics.refused(code)
    if (code === 'internal_error' || code === 'store_unavailable')
      failed(exchange, { code, cause, upstream: null })
  }

  async function refuse(exchange: Exchange, error: unknown): Promise<void> {
    const { message, response } = exchange
    try {
      const answer = await server.refuse(error, exchange.head)
      note(exchange, answer)
      if (response.headersSent) response.destroy()
      else writeAnswer(message, response, answer, { close: mustClose(exchange) })
    } catch (cause) {
      failed(exchange, { code: 'internal_error', cause, upstream: null })
      response.destroy()
    }
  }

  /** A short rest of a body is read and forgotten by node:http; a long or unmeasured one is not worth reading. */
  function mustClose({ code, message, head }: Exchange): boolean {
    if (code === null || endsConnection.has(code) || head === null) return true
    if (message.complete) return false
    const length = head.fields.get('content-length')
    return length === undefined || Number(length) > limits.bodyBytes
  }

  async function answerOwn(exchange: Exchange, head: RequestHead): Promise<void> {
    exchange.route = 'holdfast'
    const body = await receive(exchange, head, limits.ownBodyBytes)
    if (body === null) return
    const answer = await server.answer(head, body)
    note(exchange, answer)
    writeAnswer(exchange.message, exchange.response, answer, { close: false })
  }

  function receive(
    exchange: Exchange,
    head: RequestHead,
    limitBytes: number,
  ): Promise<Uint8Array | null> | Uint8Array {
    if (!hasBody(head.fields)) return emptyBody
    const body = spool(exchange.message, head.fields, { limitBytes, load })
    if (exchange.expectsContinue) exchange.response.writeContinue()
    return body.then((bytes) => {
      exchange.heldBytes = bytes?.length ?? 0
      return bytes
    })
  }

  function pass(exchange: Exchange): void | Promise<void> {
    exchange.counted = true
    const head = readHead(exchange.message, exchange.remote, options.edge)
    exchange.head = head
    if (server.owns(head.target.path)) return answerOwn(exchange, head)
    const rule = server.rule(head)
    const destination = findDestination(head)
    exchange.route = destination.pattern
    if (rule.policy === 'open') return withBody(exchange, head, destination)
    const verified = server.verify(head, rule)
    if (!(verified instanceof Promise)) return admitted(exchange, verified, destination)
    return verified.then((known) => admitted(exchange, known, destination))
  }

  function admitted(
    exchange: Exchange,
    verified: VerifiedRequest,
    destination: Destination,
  ): void | Promise<void> {
    exchange.verified = verified
    return withBody(exchange, verified.head, destination)
  }

  function withBody(exchange: Exchange, head: RequestHead, destination: Destination): void | Promise<void> {
    const body = receive(exchange, head, limits.bodyBytes)
    if (!(body instanceof Promise)) return dispatch(exchange, head, destination, body)
    return body.then((bytes) => (bytes === null ? undefined : dispatch(exchange, head, destination, bytes)))
  }

  function dispatch(
    exchange: Exchange,
    head: RequestHead,
    destination: Destination,
    body: Uint8Array,
  ): void | Promise<void> {
    const { verified } = exchange
    if (verified !== null) {
      server.verifyBody(verified, body)
      if (!isSafeMethod(head.method)) return claimed(exchange, verified, destination, body)
    }
    return forward(exchange, head, destination, { body, outcome: null })
  }

  async function claimed(
    exchange: Exchange,
    verified: VerifiedRequest,
    destination: Destination,
    body: Uint8Array,
  ): Promise<void> {
    const claim = await server.claim(verified)
    if (claim.kind === 'repeat') {
      const { message, response } = exchange
      writeAnswer(message, response, claim.answer, { close: false, repeated: true })
      return
    }
    const outcome = createOutcome(claim, {
      answerBytes: options.answerBytes,
      onFailure: (cause) => failed(exchange, { code: 'store_unavailable', cause, upstream: null }),
    })
    try {
      forward(exchange, verified.head, destination, { body, outcome })
    } catch (error) {
      // Thrown before anything was handed to the pool.
      await outcome.release()
      throw error
    }
  }

  function forward(
    exchange: Exchange,
    head: RequestHead,
    destination: Destination,
    { body, outcome }: { readonly body: Uint8Array; readonly outcome: Outcome | null },
  ): void {
    const { upstream, allowed, timeoutMs } = destination
    const path = upstream.prefix + head.target.raw
    const headers = ['x-request-id', exchange.reference]
    copyAllowed(head.fields, allowed, headers)
    if (exchange.verified !== null) upstream.addIdentity(exchange.verified, path, headers)
    exchange.parts += 1
    exchange.leave = relay({
      request: { method: head.method, path, headers, body, timeoutMs, idleMs: limits.idleMs },
      upstream,
      response: exchange.response,
      signed: exchange.verified !== null,
      unsafe: !isSafeMethod(head.method),
      outcome,
      onFailure: (error, headSent) => {
        failed(exchange, { code: error.code, cause: error.cause, upstream: upstream.name })
        if (headSent) exchange.response.destroy()
        else void refuse(exchange, error)
      },
      onEnd: () => part(exchange),
    })
  }

  return (message, response, expectsContinue) => {
    const remote = message.socket.remoteAddress ?? ''
    const startedMs = clock.monotonic()
    const reference = random(referenceBytes)
    const exchange = createExchange({ message, response, remote, startedMs, expectsContinue, reference })
    response.on('error', ignore)
    response.on('close', () => {
      if (!response.writableFinished) exchange.leave?.()
      part(exchange)
    })
    try {
      load.enter(remote)
      const waiting = pass(exchange)
      if (waiting !== undefined) waiting.catch((error: unknown) => refuse(exchange, error))
    } catch (error) {
      void refuse(exchange, error)
    }
  }
}
