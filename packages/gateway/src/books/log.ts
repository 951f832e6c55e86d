/**
 * The gateway's log: JSON lines in which only known facts of known kinds can appear. What is not in the table is not
 * written, whoever passes it: no header, no query, no body, no secret reaches the log by accident.
 */
import { type DestinationStream, type Logger, pino } from 'pino'
import type { FailureRecord, GatewayLog, RequestRecord } from './access-log.ts'
import type { LogLevel } from './log-level.ts'
import { standardOutput } from './log-output.ts'

/** Facts an event may carry; null is not written. */
export type Facts = {
  readonly method?: string
  /** The path alone: a query may hold secrets and is cut off. */
  readonly path?: string
  readonly route?: string
  readonly sealed?: boolean
  readonly status?: number
  readonly code?: string | null
  readonly upstream?: string | null
  readonly device?: string | null
  readonly session?: string
  readonly operator?: string
  readonly reference?: string
  readonly remote?: string
  readonly origin?: string
  readonly host?: string
  readonly port?: number
  readonly worker?: number
  readonly pid?: number
  readonly signal?: string
  readonly durationMs?: number
  readonly bytes?: number
  readonly count?: number
  /** Written as name, code and stack frames; never its message, which may quote input. */
  readonly cause?: unknown
}

export interface Log {
  /** The line of one request: the same facts under the same rules. */
  request(record: RequestRecord): void
  debug(event: string, facts?: Facts): void
  info(event: string, facts?: Facts): void
  warn(event: string, facts?: Facts): void
  error(event: string, facts?: Facts): void
}

type Serialise = (value: unknown) => unknown

const maxTextLength = 256
/** Printable ASCII that JSON needs no escape for. */
const plain = /^[ !#-[\]-~]{0,256}$/

// Anything but printable ASCII becomes "?": a log line cannot be forged or made to drive a terminal.
const text: Serialise = (value) =>
  typeof value === 'string' ? value.slice(0, maxTextLength).replace(/[^ -~]/g, '?') : undefined
const path: Serialise = (value) => (typeof value === 'string' ? text(value.split(/[?#]/, 1)[0]) : undefined)
const count: Serialise = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.round(value * 1000) / 1000 : undefined

const maxFrames = 8
const maxCauses = 3

/** Where it was thrown. The stack begins with the message, which may hold lines that look like frames: it is cut off. */
function framesOf({ stack = '', message }: Error): unknown[] {
  const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length).split('\n')
  const placed = frames.filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
  return placed.slice(0, maxFrames).map((line) => text(line.trim()))
}

function cause(value: unknown, depth = 0): unknown {
  if (!(value instanceof Error)) return value === undefined ? undefined : typeof value
  const code = 'code' in value ? text(value.code) : undefined
  return {
    name: text(value.name),
    ...(code === undefined ? {} : { code }),
    at: framesOf(value),
    ...(value.cause === undefined || depth >= maxCauses ? {} : { cause: cause(value.cause, depth + 1) }),
  }
}

const allowed: Readonly<Record<keyof Facts, Serialise>> = {
  method: text,
  path,
  route: text,
  sealed: (value) => (value === true ? true : undefined),
  status: count,
  code: text,
  upstream: text,
  device: text,
  session: text,
  operator: text,
  reference: text,
  remote: text,
  origin: text,
  host: text,
  port: count,
  worker: count,
  pid: count,
  signal: text,
  durationMs: count,
  bytes: count,
  count,
  cause: (value) => cause(value),
}

const serialisers: ReadonlyMap<string, Serialise> = new Map(Object.entries(allowed))

/** Only what the table names, in the form the table gives it. */
export function allowedFacts(facts: Facts): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const name in facts) {
    const value = serialisers.get(name)?.(facts[name as keyof Facts])
    if (value !== undefined) kept[name] = value
  }
  return kept
}

/** ISO 8601. Lines of one millisecond share the text: making it costs as much as the rest of a line. */
function createTimestamp(): () => string {
  let at = 0
  let stamp = ''
  return () => {
    const now = Date.now()
    if (now !== at) stamp = `,"time":"${new Date(now).toISOString()}"`
    at = now
    return stamp
  }
}

/** As `JSON.stringify(text(value))`, which most values of a request need no work for. */
function quoted(value: unknown): string {
  return typeof value === 'string' && plain.test(value) ? `"${value}"` : json(text(value))
}

function json(value: unknown): string {
  return JSON.stringify(value ?? null)
}

/** The line pino would write of {@link allowedFacts}, which takes several times as long: there is one for every request. */
function requestLine(record: RequestRecord, timestamp: string): string {
  const { reference, method, route, sealed, status, code, durationMs, device, remote } = record
  const seal = sealed ? ',"sealed":true' : ''
  const refusal = code === null ? '' : `,"code":${quoted(code)}`
  const signer = device === null ? '' : `,"device":${quoted(device)}`
  return (
    `{"level":30${timestamp},"reference":${quoted(reference)},"method":${quoted(method)},"route":${quoted(route)}` +
    `${seal},"status":${json(count(status))}${refusal},"durationMs":${json(count(durationMs))}${signer}` +
    `,"remote":${quoted(remote)},"msg":"request"}\n`
  )
}

/** JSON lines to stdout, or to the stream given. */
export function createLog(options: { level: LogLevel; destination?: DestinationStream }): Log {
  const timestamp = createTimestamp()
  const destination = options.destination ?? standardOutput()
  const logger: Logger = pino({ level: options.level, base: null, timestamp }, destination)
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, facts: Facts = {}): void => {
      if (logger.isLevelEnabled(level)) logger[level](allowedFacts(facts), event)
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    request(record: RequestRecord): void {
      if (logger.isLevelEnabled('info')) destination.write(requestLine(record, timestamp()))
    },
  }
}

/** What the data path has to say, in the words of this log. */
export function gatewayLog(log: Log): GatewayLog {
  return {
    request: (record: RequestRecord): void => log.request(record),
    failure: (record: FailureRecord): void => log.error('failure', record),
    connection: (record: { readonly code: string; readonly remote: string }): void =>
      log.info('connection refused', record),
  }
}
