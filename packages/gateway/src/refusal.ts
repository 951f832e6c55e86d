/** Every way an exchange ends without its backend: Holdfast's own answers, refusals above all. */
import { HoldfastError } from '@holdfast/core'
import type { HoldfastServer, OwnAnswer } from '@holdfast/server'
import { writeAnswer } from './answer-writer.ts'
import type { Exchange } from './exchange.ts'
import type { Ledger } from './ledger.ts'

export interface Refusal {
  /** Writes an answer Holdfast made; keeps its code when it is a refusal. */
  write(exchange: Exchange, answer: OwnAnswer): void
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

function breaksOff({ head }: Exchange, code: string | null): boolean {
  return head === null || (code !== null && endsConnection.has(code))
}

/** A short rest of a body is read and forgotten by node:http; a long or unmeasured one is not worth reading. */
function mustClose(exchange: Exchange, restBytes: number): boolean {
  const { code, message, head } = exchange
  if (head === null || breaksOff(exchange, code)) return true
  if (message.complete) return false
  const length = head.fields.get('content-length')
  return length === undefined || Number(length) > restBytes
}

export function createRefusal(options: {
  readonly server: HoldfastServer
  readonly ledger: Ledger
  /** Longest body still read to its end after a refusal. */
  readonly restBytes: number
}): Refusal {
  const { server, ledger, restBytes } = options

  function write(exchange: Exchange, answer: OwnAnswer): void {
    const { message, response } = exchange
    if (answer.refusal !== undefined) {
      const { code, cause } = answer.refusal
      ledger.refused(exchange, answer.refusal)
      if (failures.has(code)) ledger.failed(exchange, { code, cause, upstream: null })
    }
    if (response.headersSent) response.destroy()
    else writeAnswer(message, response, answer, { close: mustClose(exchange, restBytes) })
  }

  async function refuse(exchange: Exchange, error: unknown): Promise<void> {
    // Said at once: what is pipelined behind it must find the connection ending.
    if (breaksOff(exchange, error instanceof HoldfastError ? error.code : null))
      exchange.response.shouldKeepAlive = false
    try {
      write(exchange, await server.refuse(error, exchange.head))
    } catch (cause) {
      ledger.failed(exchange, { code: 'internal_error', cause, upstream: null })
      exchange.response.destroy()
    }
  }

  return { write, refuse }
}
