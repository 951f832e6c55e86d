/** What goes back: JSON, bytes of another type, or a problem (RFC 9457). */
import { isOutage } from '../database/transaction.ts'
import type { KeptAnswer } from '../ledger/once.ts'
import { Refusal, type RefusalCode, refusals } from '../refusal.ts'

export type Answer = {
  readonly status: number
  readonly type: string | null
  readonly body: Uint8Array
  /** Of a refusal, for the log. */
  readonly code: RefusalCode | null
  readonly allow?: string
}

export function json(value: object, status = 200): Answer {
  return text(status, 'application/json', JSON.stringify(value))
}

export function kept({ status, body }: KeptAnswer): Answer {
  return text(status, 'application/json', body)
}

export function bytes(type: string, body: Uint8Array): Answer {
  return { status: 200, type, body, code: null }
}

export function nothing(): Answer {
  return { status: 204, type: null, body: Buffer.alloc(0), code: null }
}

export function problem(code: RefusalCode, allow?: string): Answer {
  const { status, title, detail } = refusals[code]
  const type = `https://alderbank.example/errors#${code}`
  const answer = text(
    status,
    'application/problem+json',
    JSON.stringify({ type, title, status, error: code, detail }),
  )
  return { ...answer, code, ...(allow === undefined ? {} : { allow }) }
}

/** The code of whatever was thrown; of failures nothing else is told outside. */
export function codeFor(error: unknown): RefusalCode {
  if (error instanceof Refusal) return error.code
  return isOutage(error) ? 'unavailable' : 'internal_error'
}

function text(status: number, type: string, body: string): Answer {
  return { status, type, body: Buffer.from(body), code: null }
}
