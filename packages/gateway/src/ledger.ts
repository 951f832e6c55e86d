/** Keeps the books of the data path: every exchange is counted when it begins and written down once when it is over. */
import type { Clock } from '@holdfast/server'
import type { FailureRecord, GatewayLog } from './access-log.ts'
import type { Exchange } from './exchange.ts'
import type { Load } from './limits.ts'
import type { Metrics } from './metrics.ts'

export interface Ledger {
  /** Throws `overloaded`. */
  enter(exchange: Exchange): void
  /** One part of the exchange is done; with the last one it is over. */
  part(exchange: Exchange): void
  refused(exchange: Exchange, refusal: { readonly code: string; readonly reference: string }): void
  failed(exchange: Exchange, failure: Omit<FailureRecord, 'reference'>): void
}

export function createLedger(options: {
  readonly clock: Clock
  readonly load: Load
  readonly log: GatewayLog
  readonly metrics: Metrics
}): Ledger {
  const { clock, load, log, metrics } = options
  return {
    enter(exchange: Exchange): void {
      load.enter(exchange.remote)
      exchange.counted = true
    },
    part(exchange: Exchange): void {
      exchange.parts -= 1
      if (exchange.parts > 0) return
      const { response, route, code, reference, remote } = exchange
      if (exchange.counted) load.leave(remote)
      load.free(exchange.heldBytes)
      const durationMs = clock.monotonic() - exchange.startedMs
      const status = response.headersSent ? response.statusCode : 0
      const method = exchange.head?.method ?? ''
      const device = exchange.verified?.device.id ?? null
      metrics.request(route, status, code, durationMs)
      log.request({ reference, method, route, status, code, durationMs, device, remote })
    },
    refused(exchange: Exchange, { code, reference }: { code: string; reference: string }): void {
      exchange.code = code
      exchange.reference = reference
      metrics.refused(code)
    },
    failed(exchange: Exchange, failure: Omit<FailureRecord, 'reference'>): void {
      if (failure.upstream !== null) metrics.upstreamError(failure.upstream, failure.code)
      log.failure({ reference: exchange.reference, ...failure })
    },
  }
}
