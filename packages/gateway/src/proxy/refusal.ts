/** Answers that are whole before they leave: Holdfast's own, refusals above all, and those of a backend that are sealed or signed. */
import { HoldfastError } from '@holdfast/core'
import { type HoldfastServer, type OwnAnswer, statuses, withCors } from '@holdfast/server'
import { cutWhenSlow } from './answer-stream.ts'
import { writeAnswer } from './answer-writer.ts'
import type { Exchange, Opened } from './exchange.ts'
import type { Ledger } from '../books/ledger.ts'

export interface Refusal {
  /** Writes an answer, sealed when its request was; keeps its code when it is a refusal. A promise only where it is sealed. */
  write(exchange: Exchange, answer: OwnAnswer): void | Promise<void>
  /** Never rejects. An answer that has begun is cut off: what cannot be finished must not look finished. */
  refuse(exchange: Exchange, error: unknown): Promise<void>
}

/** After these the next octets on the connection cannot be trusted to be a request. */
const endsConnection: ReadonlySet<string> = new Set([
  'ambiguous_request',
  'body_refused',
  'header_too_large',
  'method_refused',
  'upgrade_refused',
])
/** Not the client's doing: an operator has to look. */
const failures: ReadonlySet<string> = new Set(['internal_error', 'store_unavailable'])

/** What was wrong inside a seal says nothing of the octets around it. */
function breaksOff({ head, opened }: Exchange, code: string | null): boolean {
  return opened === null && (head === null || (code !== null && endsConnection.has(code)))
}

/** A short rest of a body is read and forgotten by node:http; a long or unmeasured one is not worth reading. */
function mustClose(exchange: Exchange, answer: OwnAnswer, restBytes: number): boolean {
  const { message, head } = exchange
  // A refusal under another status than its own is sealed.
  const code = answer.refusal?.code ?? null
  if (head === null || (breaksOff(exchange, code) && answer.status >= 400)) return true
  if (message.complete) return false
  const length = head.fields.get('content-length')
  // Without either there is no body (RFC 9112 section 6.3), though node:http may not have said so yet.
  if (length === undefined) return head.fields.has('transfer-encoding')
  return Number(length) > restBytes
}

export function createRefusal(options: {
  readonly server: HoldfastServer
  readonly ledger: Ledger
  /** Longest body still read to its end after a refusal. */
  readonly restBytes: number
  /** Least rate at which a client has to take an answer. */
  readonly bytesPerSecond: number
}): Refusal {
  const { server, ledger, restBytes, bytesPerSecond } = options

  function writePlainly(exchange: Exchange, answer: OwnAnswer): void {
    const { message, response, page } = exchange
    if (answer.refusal !== undefined) {
      const { code, cause } = answer.refusal
      ledger.refused(exchange, answer.refusal)
      if (failures.has(code)) ledger.failed(exchange, { code, cause, upstream: null })
    }
    if (response.headersSent) response.destroy()
    else {
      const readable = page === null ? answer : { ...answer, fields: withCors(answer.fields, page) }
      writeAnswer(message, response, readable, { close: mustClose(exchange, answer, restBytes) })
      cutWhenSlow(response, bytesPerSecond)
    }
  }

  async function writeSealed(exchange: Exchange, opened: Opened, answer: OwnAnswer): Promise<void> {
    const sealed = await opened.sealed.seal(answer)
    opened.status = sealed.refusal === undefined ? answer.status : statuses[sealed.refusal.code]
    writePlainly(exchange, sealed)
  }

  function write(exchange: Exchange, answer: OwnAnswer): void | Promise<void> {
    if (exchange.opened === null) writePlainly(exchange, answer)
    else return writeSealed(exchange, exchange.opened, answer)
  }

  async function refuse(exchange: Exchange, error: unknown): Promise<void> {
    // Said at once: what is pipelined behind it must find the connection ending.
    if (breaksOff(exchange, error instanceof HoldfastError ? error.code : null))
      exchange.response.shouldKeepAlive = false
    try {
      await write(exchange, await server.refuse(error, exchange.head))
    } catch (cause) {
      ledger.failed(exchange, { code: 'internal_error', cause, upstream: null })
      exchange.response.destroy()
    }
  }

  return { write, refuse }
}
