/** One round of TLS handshakes: each on a connection of its own, without resumption, closed when the server took it. */

import { connect } from 'node:tls'
import { serverName } from './connection.ts'
import { createHistogram } from './histogram.ts'
import type { ClientTls, Sample } from './target.ts'

export interface HandshakeOrder {
  readonly port: number
  readonly tls: readonly ClientTls[]
  readonly parallel: number
  readonly durationMs: number
}

export async function shakeHands(order: HandshakeOrder): Promise<Sample> {
  const histogram = createHistogram()
  const startedAt = performance.now()
  let completed = 0
  let failed = 0
  let failure: string | null = null

  async function caller(_: unknown, number: number): Promise<void> {
    const tls = order.tls[number % order.tls.length]
    for (let now = startedAt; now - startedAt < order.durationMs; ) {
      const before = now
      try {
        await shake(order.port, tls)
        completed += 1
      } catch (error) {
        failed += 1
        failure ??= String(error)
      }
      now = performance.now()
      histogram.record(now - before)
    }
  }
  await Promise.all(Array.from({ length: order.parallel }, caller))
  return {
    completed,
    failed,
    failure,
    elapsedMs: performance.now() - startedAt,
    p50: histogram.percentile(0.5),
    p95: histogram.percentile(0.95),
    p99: histogram.percentile(0.99),
  }
}

/** The server's ticket comes after it has seen the client's certificate; `secureConnect` would be too early. */
function shake(port: number, tls: ClientTls | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: serverName, ...tls })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed during the handshake')))
    socket.once('session', () => {
      resolve()
      socket.destroy()
    })
    // Tickets are read with the first data.
    socket.resume()
  })
}
