/** Counters for Prometheus. Labels come from configuration and tables only: nothing a client chooses, nobody's name. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  /** `route` is a pattern of the configuration; `code` why it was refused. */
  request(route: string, status: number, code: string | null, durationMs: number): void
  /** A refusal, of a request or of a connection. */
  refused(code: string): void
  upstreamError(upstream: string, code: string): void
  /** Gauges ask here when they are read. */
  watch(load: { requests(): number; spooledBytes(): number }): void
  /** The counter of log lines nobody will read asks here. */
  watchLog(log: { dropped(): number }): void
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'holdfast_requests_total',
    help: 'Requests by route pattern, class of status and refusal code',
    labelNames: ['route', 'status', 'code'] as const,
    registers,
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

  return {
    registry,
    request(route: string, status: number, code: string | null, durationMs: number): void {
      requests.inc({ route, status: `${Math.floor(status / 100)}xx`, code: code ?? 'none' })
      durations.observe({ route }, durationMs / 1000)
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
