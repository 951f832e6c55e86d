/** One request on its way to a backend and the answer on its way back: who is told what when either side fails. */
import type { ServerResponse } from 'node:http'
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import type { Dispatcher } from 'undici'
import { answerFields } from './answer-fields.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { Outcome } from './outcome.ts'
import { atEndOfTurn } from './turn.ts'
import type { Upstream, UpstreamRequest } from './upstream.ts'

export type RelayOptions = {
  readonly request: UpstreamRequest
  readonly upstream: Upstream
  readonly response: ServerResponse
  /** Takes the answer to the client. */
  readonly answer: AnswerStream
  /** On a signed route: the answer is somebody's own and must not be cached. */
  readonly signed: boolean
  /** The method is unsafe: once sent, the request runs to its end whether or not the client waits. */
  readonly unsafe: boolean
  readonly outcome: Outcome | null
  /** Asked once a connection is there; throws when the request may not be sent any more. */
  readonly confirm: () => void
  /** Before {@link onEnd}, unless the client left. `headSent`: nothing more can be said to it. */
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
  if (error instanceof HoldfastError) return error.code
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'upstream_timeout'
  if (name === 'HTTPParserError' || invalid.has(code)) return 'upstream_invalid'
  return 'upstream_unreachable'
}

/** What a failed request leaves behind for its claim, and the refusal the client gets. */
async function settle(options: RelayOptions, sent: boolean, error: unknown): Promise<HoldfastError> {
  const { unsafe, upstream, outcome } = options
  const lost = sent && unsafe && !upstream.retriesIdempotently
  await (lost ? outcome?.unknown() : outcome?.release())
  return new HoldfastError(lost ? 'outcome_unknown' : codeOf(error), { cause: error })
}

/** How far a request has come. It ends once, whoever ends it. */
type Passage = {
  /** A connection is there; it is written unless that would be a second time, or nobody wants it any more. */
  connect(abort: () => void): void
  /** False when it is over already. */
  finish(): boolean
  fail(error: unknown): void
  leave(): void
}

function createPassage(options: RelayOptions): Passage {
  const { request, upstream, response, unsafe } = options
  /** From here on the backend may have acted on the request. */
  let sent = false
  let over = false
  let left = false
  let abort: (() => void) | null = null
  const waiting = upstream.busy() ? setTimeout(expire, request.timeoutMs) : undefined

  function finish(): boolean {
    if (over) return false
    over = true
    clearTimeout(waiting)
    upstream.done(request.client)
    return true
  }

  async function fail(error: unknown): Promise<void> {
    if (!finish()) return
    const failure = await settle(options, sent, error)
    if (!left) options.onFailure(failure, response.headersSent)
    options.onEnd()
  }

  /** No connection came free in time: nothing was sent. */
  function expire(): void {
    if (!sent) void fail(new HoldfastError('upstream_timeout'))
  }

  return {
    connect(abortRequest: () => void): void {
      // `sent`: whatever the pool believes about retrying, one request is written once.
      if (over || sent || (!unsafe && response.destroyed)) abortRequest()
      else {
        // What it throws comes back as the error of the request, which was not sent then.
        options.confirm()
        abort = abortRequest
      }
      sent = true
    },
    finish,
    fail: (error: unknown): void => void fail(error),
    leave(): void {
      left = true
      if (unsafe || over) return
      if (abort === null) void fail(null)
      else abort()
    },
  }
}

const complete = atEndOfTurn((act: () => void) => act())

export function relay(options: RelayOptions): Leave {
  const { request, upstream, answer, outcome, unsafe } = options
  const passage = createPassage(options)
  /** The answer has no body whatever its fields say (RFC 9110 sections 15.3.5 and 15.4.5). */
  let empty = false

  function end(): void {
    answer.end()
    options.onEnd()
  }

  function finish(): void {
    if (!passage.finish()) return
    complete(outcome === null ? end : (): void => void outcome.complete().then(end))
  }

  upstream.send(request, {
    onConnect: (abort) => passage.connect(abort),
    onHeaders(status, raw, resume): boolean {
      if (status < 200) return true
      empty = status === 204 || status === 304
      const { list, length } = answerFields(raw, { status, signed: options.signed })
      outcome?.start(status, list)
      answer.start({ status, list, length, resume })
      return true
    },
    onData(chunk): boolean {
      outcome?.receive(chunk)
      return answer.write(chunk)
    },
    onComplete: finish,
    onError(error): void {
      // The pool waits for as many octets as Content-Length says, though none belong to such an answer.
      if (empty && (error as { code?: unknown }).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') finish()
      else passage.fail(error)
    },
  } satisfies Dispatcher.DispatchHandler)

  return () => {
    passage.leave()
    if (unsafe) answer.release()
  }
}
