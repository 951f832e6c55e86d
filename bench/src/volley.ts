/**
 * One round of load. An order names a port, the traffic and a time; the requests are made before the clock starts.
 * Each connection sends its next request as soon as its answer is there (closed loop), so the rate is what the
 * target can do and the latency is what one of `connections` impatient callers sees.
 */

import { openConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createHistogram } from './histogram.ts'
import type { Make, Sample, Traffic } from './target.ts'

export interface Order {
  readonly port: number
  readonly connections: number
  readonly durationMs: number
  readonly traffic: Traffic
  /** At most this many requests; a batch that runs out ends the round early. */
  readonly count: number
}

const graceMs = 10_000

export async function fireVolley(order: Order): Promise<Sample> {
  const next = await prepare(order)
  const histogram = createHistogram()
  let completed = 0
  let failed = 0
  let failure: string | null = null
  let startedAt = 0
  let lastAt = 0
  const callers = await Promise.all(Array.from({ length: order.connections }, () => openCaller(order.port)))

  function fail(reason: string): void {
    failed += 1
    failure ??= reason.slice(0, 400)
  }

  function drive(caller: Caller): Promise<void> {
    return new Promise((resolve) => {
      let sentAt = 0
      const sendNext = (): void => {
        const request = lastAt - startedAt < order.durationMs ? next() : undefined
        if (request === undefined) return resolve()
        sentAt = performance.now()
        caller.connection.send(request)
      }
      caller.onAnswer = (status, text) => {
        lastAt = performance.now()
        histogram.record(lastAt - sentAt)
        completed += 1
        if (status < 200 || status > 299) fail(text)
        sendNext()
      }
      caller.onLost = (reason) => {
        fail(reason)
        resolve()
      }
      sendNext()
    })
  }

  startedAt = lastAt = performance.now()
  await withinTime(Promise.all(callers.map(drive)), order.durationMs + graceMs, () => fail('answers missing'))
  for (const caller of callers) caller.connection.close()
  return {
    completed,
    failed,
    failure,
    elapsedMs: lastAt - startedAt,
    p50: histogram.percentile(0.5),
    p99: histogram.percentile(0.99),
  }
}

interface Caller {
  readonly connection: Connection
  onAnswer: (status: number, text: string) => void
  onLost: (reason: string) => void
}

function openCaller(port: number): Promise<Caller> {
  return new Promise((resolve, reject) => {
    const caller: Caller = {
      connection: openConnection(port, {
        onOpen: () => resolve(caller),
        onAnswer: (answer) => caller.onAnswer(answer.status, answer.text),
        onLost: (reason) => caller.onLost(reason),
      }),
      onAnswer: () => undefined,
      onLost: (reason) => reject(new Error(`no connection to the target: ${reason}`)),
    }
  })
}

/** The source of requests for one round; undefined when the batch is used up. */
async function prepare(order: Order): Promise<() => string | Uint8Array | undefined> {
  const { traffic } = order
  if (traffic.kind === 'same') return () => traffic.request
  const { make } = (await import(traffic.maker)) as { make: Make }
  const batch = make(traffic.state, order.count)
  let index = 0
  return () => batch[index++]
}

async function withinTime(work: Promise<unknown>, limitMs: number, late: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late()
      resolve()
    }, limitMs)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}
