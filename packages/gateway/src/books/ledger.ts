/** Keeps the books of the data path: every exchange is counted when it begins and written down once when it is over. */
import type { Clock } from '@holdfast/server'
import type { FailureRecord, GatewayLog, RequestRecord } from './access-log.ts'
import type { Exchange } from '../proxy/exchange.ts'
import type { Load } from '../line/limits.ts'
import type { Metrics } from './metrics.ts'
import { atEndOfTurn } from '../proxy/turn.ts'

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
  const writeDown = atEndOfTurn((record: RequestRecord) => {
    metrics.request(record)
    log.request(record)
  })
  return {
    enter(exchange: Exchange): void {
      load.enter(exchange.remote)
      exchange.counted = true
    },
    part(exchange: Exchange): void {
      exchange.parts -= 1
      if (exchange.parts > 0) return
      const { response, opened, route, code, reference, remote } = exchange
      if (exchange.counted) load.leave(remote)
      load.free(exchange.heldBytes, remote)
      const durationMs = clock.monotonic() - exchange.startedMs
      const status = response.headersSent ? (opened?.status ?? response.statusCode) : 0
      const method = exchange.head?.method ?? ''
      const device = exchange.verified?.device.id ?? null
      const sealed = opened !== null
      writeDown({ reference, method, route, sealed, status, code, durationMs, device, remote })
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
