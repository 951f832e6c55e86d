/** One request on its way to a backend, and the answer on its way back, octet by octet with back-pressure. */
import type { ServerResponse } from 'node:http'
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import type { Dispatcher } from 'undici'
import { answerFields } from './answer-fields.ts'
import type { Outcome } from './outcome.ts'
import type { Upstream, UpstreamRequest } from './upstream.ts'

export type RelayOptions = {
  readonly request: UpstreamRequest
  readonly upstream: Upstream
  readonly response: ServerResponse
  /** On a signed route: the answer is somebody's own and must not be cached. */
  readonly signed: boolean
  /** The method is unsafe: once sent, the request runs to its end whether or not the client waits. */
  readonly unsafe: boolean
  readonly outcome: Outcome | null
  /** Before {@link onEnd}. `headSent`: nothing more can be said to the client. */
  readonly onFailure: (error: HoldfastError, headSent: boolean) => void
  /** Exactly once, when backend and claim are done with. */
  readonly onEnd: () => void
}

/** What the owner of the response does when its client leaves. */
export type Leave = () => void

const invalid: ReadonlySet<unknown> = new Set([
  'ERR_HTTP_INVALID_HEADER_VALUE',
  'ERR_HTTP_INVALID_STATUS_CODE',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])

function codeOf(error: unknown): ErrorCode {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (error instanceof HoldfastError) return error.code
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'upstream_timeout'
  if (name === 'HTTPParserError' || invalid.has(code)) return 'upstream_invalid'
  return 'upstream_unreachable'
}

export function relay(options: RelayOptions): Leave {
  const { request, upstream, response, outcome, unsafe } = options
  /** From here on the backend may have acted on the request. */
  let sent = false
  let over = false
  let abort: ((error?: Error) => void) | null = null
  let resume: (() => void) | null = null
  let paused = false
  let left = false
  /** Octets of the answer still to come, when it has a length. */
  let missing = -1
  let last: Uint8Array | null = null
  const waiting = upstream.busy() ? setTimeout(expire, request.timeoutMs) : undefined

  function finish(): void {
    over = true
    clearTimeout(waiting)
    upstream.done()
  }

  function fail(error: unknown): void {
    if (over) return
    finish()
    const lost = sent && unsafe && !upstream.retriesIdempotently
    const failure = new HoldfastError(lost ? 'outcome_unknown' : codeOf(error), { cause: error })
    const report = (): void => {
      if (!left) options.onFailure(failure, response.headersSent)
      options.onEnd()
    }
    if (outcome === null) report()
    else void (lost ? outcome.unknown() : outcome.release()).then(report)
  }

  /** No connection came free in time: nothing was sent. */
  function expire(): void {
    if (!sent) fail(new HoldfastError('upstream_timeout'))
  }

  function complete(): void {
    finish()
    if (!response.destroyed) {
      if (last === null) response.end()
      else response.end(last)
    }
    options.onEnd()
  }

  const handler: Dispatcher.DispatchHandler = {
    onConnect(abortRequest): void {
      // `sent`: whatever the pool believes about retrying, one request is written once.
      if (over || sent || (!unsafe && response.destroyed)) {
        abortRequest()
        return
      }
      sent = true
      abort = abortRequest
    },
    onHeaders(status, raw, resumeAnswer): boolean {
      if (status < 200) return true
      const { list, length } = answerFields(raw, { status, signed: options.signed })
      resume = resumeAnswer
      outcome?.start(status, list)
      if (response.destroyed) return true
      response.writeHead(status, list)
      if (length !== null) missing = length
      else if (request.method !== 'HEAD' && status !== 204 && status !== 304) response.flushHeaders()
      return true
    },
    onData(chunk): boolean {
      outcome?.receive(chunk)
      missing -= chunk.length
      if (response.destroyed) return true
      // The end of an answer waits until the claim is settled: who has read it can ask for it again.
      if (missing === 0) {
        last = chunk
        return true
      }
      if (response.write(chunk)) return true
      paused = true
      response.once('drain', proceed)
      return false
    },
    onComplete(): void {
      if (over) return
      if (outcome === null) complete()
      else void outcome.complete().then(complete)
    },
    onError: fail,
  }

  function proceed(): void {
    if (!paused) return
    paused = false
    resume?.()
  }

  upstream.send(request, handler)
  return () => {
    if (over) return
    if (unsafe) {
      proceed()
      return
    }
    left = true
    if (abort === null) fail(null)
    else abort()
  }
}
