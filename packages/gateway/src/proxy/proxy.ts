/**
 * The way of one request: parse, open it if it is sealed, find its rule, verify its head, read its body, verify that, claim it
 * if it is unsafe, call the backend. Each step sees only what the step before it let through, and every failure on the way is a refusal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentDigest, isSafeMethod, sealedPath } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Clock, HoldfastServer, RequestHead, VerifiedRequest } from '@holdfast/server'
import { withApproval } from './approval.ts'
import { bodyOf } from './body.ts'
import type { Call } from './call.ts'
import { checkSealedHead, type EdgeOptions, readHead } from '../line/edge.ts'
import { createExchange, type Exchange } from './exchange.ts'
import type { Ledger } from '../books/ledger.ts'
import { type Limits, type Load, sealedLimit } from '../line/limits.ts'
import { createOutcome } from './outcome.ts'
import type { RandomPool } from './random-pool.ts'
import type { Refusal } from './refusal.ts'
import type { Remotes } from '../line/remote.ts'
import type { Destination, FindDestination } from './route.ts'
import type { VerifyBatch } from './verify-batch.ts'
import type { WriteWhole } from './whole.ts'

export type ProxyOptions = {
  readonly server: HoldfastServer
  readonly verify: VerifyBatch
  readonly clock: Clock
  readonly limits: Limits
  readonly load: Load
  readonly edge: EdgeOptions
  readonly findDestination: FindDestination
  /** Answers up to this size are kept for repetition. */
  readonly answerBytes: number
  readonly random: RandomPool
  readonly remotes: Remotes
  readonly ledger: Ledger
  readonly refusal: Refusal
  readonly writeWhole: WriteWhole
  readonly call: Call
}

export type Proxy = (message: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void

/** A step makes no promise when it has nothing to wait for. */
type Step = void | Promise<void>

const referenceBytes = 12

function ignore(): void {
  // A response whose client left says so through `close`.
}

export function createProxy(options: ProxyOptions): Proxy {
  const { clock, random, remotes, ledger, refusal } = options
  return (message, response, expectsContinue) => {
    const remote = remotes.of(message)
    const startedMs = clock.monotonic()
    const reference = random(referenceBytes)
    const exchange = createExchange({ message, response, remote, startedMs, expectsContinue, reference })
    response.on('error', ignore)
    response.once('close', () => {
      if (!response.writableFinished) exchange.leave?.()
      ledger.part(exchange)
    })
    try {
      ledger.enter(exchange)
      const waiting = admit(exchange, options)
      if (waiting === undefined) return
      exchange.parts += 1
      void waiting
        .catch((error: unknown) => refusal.refuse(exchange, error))
        .finally(() => ledger.part(exchange))
    } catch (error) {
      void refusal.refuse(exchange, error)
    }
  }
}

function admit(exchange: Exchange, options: ProxyOptions): Step {
  const { server, refusal } = options
  const head = readHead(exchange.message, exchange.remote, options.edge)
  exchange.head = head
  exchange.page = server.cors.originOf(head)
  const preflight = server.cors.preflight(head)
  if (preflight !== null) {
    exchange.route = 'preflight'
    return refusal.write(exchange, preflight)
  }
  return head.target.path === sealedPath ? unseal(exchange, head, options) : direct(exchange, head, options)
}

/** From here on the request is what was inside, and all that is said to it goes back inside. */
async function unseal(exchange: Exchange, outer: RequestHead, options: ProxyOptions): Promise<void> {
  exchange.route = 'sealed'
  const { server, limits, load } = options
  const size = { limitBytes: sealedLimit(limits), tooLarge: 'sealed_body_too_large', load } as const
  const message = await bodyOf(exchange, outer, size)
  if (message === null) return
  const sealed = await server.sealing.open(outer, message)
  exchange.head = sealed.head
  exchange.opened = { sealed, status: 0 }
  checkSealedHead(sealed.headSize, limits)
  await direct(exchange, sealed.head, options)
}

function direct(exchange: Exchange, head: RequestHead, options: ProxyOptions): Step {
  const { server } = options
  if (server.owns(head.target.path)) return answerOwn(exchange, head, options)
  const rule = server.rule(head)
  const destination = options.findDestination(head)
  exchange.route = destination.pattern
  if (rule.policy === 'open') return receive(exchange, head, destination, options)
  return options.verify(head, rule).then((verified) => admitted(exchange, verified, destination, options))
}

function admitted(
  exchange: Exchange,
  verified: VerifiedRequest,
  destination: Destination,
  options: ProxyOptions,
): Step {
  exchange.verified = verified
  return receive(exchange, verified.head, destination, options)
}

async function answerOwn(exchange: Exchange, head: RequestHead, options: ProxyOptions): Promise<void> {
  exchange.route = 'holdfast'
  const { limits, load } = options
  const size = { limitBytes: limits.ownBodyBytes, tooLarge: 'body_too_large', load } as const
  const body = await bodyOf(exchange, head, size)
  if (body !== null) await options.refusal.write(exchange, await options.server.answer(head, body))
}

function receive(
  exchange: Exchange,
  head: RequestHead,
  destination: Destination,
  options: ProxyOptions,
): Step {
  const { limits, load } = options
  const size = { limitBytes: limits.bodyBytes, tooLarge: 'body_too_large', load } as const
  const body = bodyOf(exchange, head, size)
  if (!(body instanceof Promise)) return received(exchange, { head, destination, body }, options)
  return body.then((bytes) =>
    bytes === null ? undefined : received(exchange, { head, destination, body: bytes }, options),
  )
}

type Received = { readonly head: RequestHead; readonly destination: Destination; readonly body: Uint8Array }

function received(exchange: Exchange, request: Received, options: ProxyOptions): Step {
  const { verified } = exchange
  if (verified !== null) {
    options.server.verifyBody(verified, request.body)
    if (!isSafeMethod(request.head.method)) return claim(exchange, verified, request, options)
  }
  return options.call(exchange, { ...request, outcome: null })
}

/** An unsafe request runs once, whatever is lost on the way (docs/protocol.md 3.7). */
async function claim(
  exchange: Exchange,
  verified: VerifiedRequest,
  request: Received,
  { server, answerBytes, ledger, call, writeWhole }: ProxyOptions,
): Promise<void> {
  const taken = await server.claim(verified)
  if (taken.kind === 'repeat') {
    const { status, fields, body } = taken.answer
    const answer = { status, fields: [...fields, ['holdfast-repeated', 'true'] as const], body }
    return writeWhole(exchange, request.destination, answer)
  }
  const outcome = createOutcome(taken, {
    answerBytes,
    onFailure: (cause) => ledger.failed(exchange, { code: 'store_unavailable', cause, upstream: null }),
  })
  let approving = outcome
  try {
    const { form } = request.destination
    if (form === null) return call(exchange, { ...request, outcome })
    const approved = await server.approvals.take(verified, form, request.body)
    approving = withApproval(outcome, approved)
    const { body, evidence } = approved
    const digest = await contentDigest(body, nodeCrypto)
    call(exchange, { ...request, outcome: approving, approved: { body, evidence, digest } })
  } catch (error) {
    await approving.release()
    throw error
  }
}
