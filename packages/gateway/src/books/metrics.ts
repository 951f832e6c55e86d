/** Counters for Prometheus. Labels come from configuration and tables only: nothing a client chooses, nobody's name. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RequestRecord } from './access-log.ts'

export interface Metrics {
  readonly registry: Registry
  request(record: Pick<RequestRecord, 'route' | 'sealed' | 'status' | 'code' | 'durationMs'>): void
  /** A refusal, of a request or of a connection. */
  refused(code: string): void
  upstreamError(upstream: string, code: string): void
  /** Gauges ask here when they are read. */
  watch(load: { requests(): number; spooledBytes(): number }): void
  /** The counter of log lines nobody will read asks here. */
  watchLog(log: { dropped(): number }): void
}

/** The requests of one route, counted here and not label by label: every request comes by. */
type Tally = {
  /** By class of status, refusal code and whether it was sealed, a space between. */
  readonly answers: Map<string, number>
  readonly durations: Histogram.Internal<'route'>
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const tallies = new Map<string, Tally>()
  const requests: Counter<'route' | 'status' | 'code' | 'sealed'> = new Counter({
    name: 'holdfast_requests_total',
    help: 'Requests by route pattern, class of status, refusal code, and whether they were sealed',
    labelNames: ['route', 'status', 'code', 'sealed'] as const,
    registers,
    collect(): void {
      requests.reset()
      for (const [route, { answers }] of tallies) {
        for (const [kind, count] of answers) {
          const [status = '', code = '', sealed = ''] = kind.split(' ')
          requests.inc({ route, status, code, sealed }, count)
        }
      }
    },
  })
  const durations = new Histogram({
    name: 'holdfast_request_duration_seconds',
    help: 'From the head of the request to the end of its answer',
    labelNames: ['route'] as const,
    buckets,
    registers,
  })
  const refusals = new Counter({
    name: 'holdfast_refused_total',
    help: 'Refusals by code, connections included',
    labelNames: ['code'] as const,
    registers,
  })
  const upstreamErrors = new Counter({
    name: 'holdfast_upstream_errors_total',
    help: 'Failures of backends',
    labelNames: ['upstream', 'code'] as const,
    registers,
  })

  function tallyOf(route: string): Tally {
    const known = tallies.get(route)
    if (known !== undefined) return known
    const made: Tally = { answers: new Map(), durations: durations.labels({ route }) }
    tallies.set(route, made)
    return made
  }

  return {
    registry,
    request({ route, sealed, status, code, durationMs }): void {
      const tally = tallyOf(route)
      const kind = `${Math.floor(status / 100)}xx ${code ?? 'none'} ${sealed}`
      tally.answers.set(kind, (tally.answers.get(kind) ?? 0) + 1)
      tally.durations.observe(durationMs / 1000)
    },
    refused: (code: string): void => refusals.inc({ code }),
    upstreamError: (upstream: string, code: string): void => upstreamErrors.inc({ upstream, code }),
    watch(load: { requests(): number; spooledBytes(): number }): void {
      gauge(registry, 'holdfast_requests_in_flight', 'Requests under way', () => load.requests())
      gauge(registry, 'holdfast_spooled_bytes', 'Request bodies held in memory', () => load.spooledBytes())
    },
    watchLog(log: { dropped(): number }): void {
      const lines: Counter = new Counter({
        name: 'holdfast_log_lines_dropped_total',
        help: 'Log lines lost because their reader stood still or left',
        registers,
        collect(): void {
          lines.reset()
          lines.inc(log.dropped())
        },
      })
    },
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const created: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect(): void {
      created.set(read())
    },
  })
}
