/** One JSON line for each thing that happened to sign-ins. Fields are closed: no credentials, and nothing a stranger typed. */
import type { Clock } from './clock.ts'

export type LogEvent =
  | { readonly event: 'signed_in'; readonly operator: string }
  | { readonly event: 'signed_out'; readonly operator: string; readonly reason: string }
  | { readonly event: 'sign_in_refused'; readonly code: string }
  | { readonly event: 'failed'; readonly name: string; readonly code: string | null }

export type Log = (event: LogEvent) => void

export function jsonLog(write: (line: string) => void, clock: Clock): Log {
  return (event) => write(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), ...event })}\n`)
}

/** The class and code of a failure; its message may quote what was sent. */
export function failureOf(error: unknown): LogEvent {
  const name = error instanceof Error ? error.name : typeof error
  const code = (error as { code?: unknown } | null)?.code
  return { event: 'failed', name, code: typeof code === 'string' ? code : null }
}
