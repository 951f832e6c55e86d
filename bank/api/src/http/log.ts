/** What is written down: these facts and no others. Never an id, a query, a body, or the message of an error, which may quote them. */
import { codeOf } from '../database/transaction.ts'

export type Log = (line: Readonly<Record<string, unknown>>) => void

export function requestLine(request: {
  readonly method: string
  /** The pattern of the address; empty where none fits. */
  readonly route: string
  readonly status: number
  readonly error: string | null
  readonly ms: number
}): Record<string, unknown> {
  const { method, route, status, error, ms } = request
  return { level: 'info', method, route, status, ...(error === null ? {} : { error }), ms: Math.round(ms) }
}

/** Where a failure happened and of what kind it is. `during`: the pattern of an address, or a chore. */
export function failureLine(during: string, error: unknown): Record<string, unknown> {
  const known = error instanceof Error ? error : new Error()
  const places = known.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  const cause = known.cause instanceof Error ? known.cause : known
  return {
    level: 'error',
    during,
    kind: cause.constructor.name,
    code: codeOf(error) ?? (cause as NodeJS.ErrnoException).code ?? null,
    constraint: Reflect.get(known, 'constraint') ?? null,
    at: places.slice(0, 8).map((line) => line.trim()),
  }
}
