/**
 * One round of load. An order names a port, the traffic and a time. Before the clock starts the requests are made, the
 * connections opened, and one request is sent over each: what a server does once for a connection is no part of a round.
 * Then each sends its next request as soon as its answer is there (closed loop), so the rate is what the target can do and the
 * latency is what one of `connections` impatient callers sees. A connection takes every 64th request of a batch, so that a
 * phone that shows a certificate keeps to its own. Sealed answers are opened when it is over.
 */

import { bodyOf, openConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createHistogram } from './histogram.ts'
import type { Answer, ClientTls, Make, Sample, Sealed, Traffic } from './target.ts'

export interface Order {
  readonly port: number
  readonly connections: number
  readonly durationMs: number
  readonly traffic: Extract<Traffic, { kind: 'same' | 'made' }>
  readonly tls?: readonly ClientTls[]
  /** At most this many requests; a batch that runs out ends the round early. */
  readonly count: number
}

const graceMs = 10_000

/** Makes everything ready; what it returns fires. */
export async function loadVolley(order: Order): Promise<() => Promise<Sample>> {
  const requestAt = await prepare(order)
  let histogram = createHistogram()
  let completed = 0
  let failed = 0
  let failure: string | null = null
  const sealedAnswers: Array<readonly [Sealed, Answer]> = []
  let startedAt = 0
  let lastAt = 0
  const callers = await Promise.all(
    Array.from({ length: order.connections }, (_, number) => openCaller(order, number)),
  )

  function fail(reason: string): void {
    failed += 1
    failure ??= reason.slice(0, 400)
  }

  /** Sends every 64th request from number `first` on, at most `limit` of them. False when the connection is lost. */
  function drive({ caller, first, limit }: Drive): Promise<boolean> {
    let turn = first
    return new Promise((resolve) => {
      let sentAt = 0
      let sent: Shot
      const sendNext = (): void => {
        const wanted = turn < first + limit * order.connections && lastAt - startedAt < order.durationMs
        const request = wanted ? requestAt(turn) : undefined
        if (request === undefined) return resolve(true)
        turn += order.connections
        sent = request
        sentAt = performance.now()
        caller.connection.send(isSealed(request) ? request.bytes : request)
      }
      caller.onAnswer = (status, text) => {
        lastAt = performance.now()
        histogram.record(lastAt - sentAt)
        completed += 1
        if (status < 200 || status > 299) fail(text)
        else if (isSealed(sent)) sealedAnswers.push([sent, { status, text }])
        sendNext()
      }
      caller.onLost = (reason) => {
        fail(reason)
        resolve(false)
      }
      sendNext()
    })
  }

  async function drivenBy(drives: readonly Drive[]): Promise<boolean[]> {
    startedAt = lastAt = performance.now()
    completed = 0
    histogram = createHistogram()
    const results = Promise.all(drives.map(drive))
    return withinTime(results, order.durationMs + graceMs, () => {
      fail('answers missing')
      return drives.map(() => false)
    })
  }

  const started = await drivenBy(callers.map((caller, first) => ({ caller, first, limit: 1 })))
  return async () => {
    const drives = callers.map((caller, number) => {
      return { caller, first: number + order.connections, limit: Number.POSITIVE_INFINITY }
    })
    await drivenBy(drives.filter((_, number) => started[number]))
    for (const caller of callers) caller.connection.close()
    const sample: Sample = {
      completed,
      failed,
      failure,
      elapsedMs: lastAt - startedAt,
      p50: histogram.percentile(0.5),
      p95: histogram.percentile(0.95),
      p99: histogram.percentile(0.99),
    }
    for (const [request, answer] of sealedAnswers) {
      const status = await request.inside(bodyOf(answer)).catch(String)
      if (typeof status === 'string' || status < 200 || status > 299) fail(`inside the seal: ${status}`)
    }
    return { ...sample, failed, failure }
  }
}

interface Drive {
  readonly caller: Caller
  readonly first: number
  readonly limit: number
}

type Shot = string | Uint8Array | Sealed

function isSealed(shot: Shot): shot is Sealed {
  return typeof shot === 'object' && 'inside' in shot
}

interface Caller {
  readonly connection: Connection
  onAnswer: (status: number, text: string) => void
  onLost: (reason: string) => void
}

function openCaller({ port, tls }: Order, number: number): Promise<Caller> {
  return new Promise((resolve, reject) => {
    const caller: Caller = {
      connection: openConnection(
        port,
        {
          onOpen: () => resolve(caller),
          onAnswer: (answer) => caller.onAnswer(answer.status, answer.text),
          onLost: (reason) => caller.onLost(reason),
        },
        tls?.[number % tls.length],
      ),
      onAnswer: () => undefined,
      onLost: (reason) => reject(new Error(`no connection to the target: ${reason}`)),
    }
  })
}

/** The requests of one round, by their number; undefined when the batch is used up. */
async function prepare(order: Order): Promise<(number: number) => Shot | undefined> {
  const { traffic } = order
  if (traffic.kind === 'same') return () => traffic.request
  const { make } = (await import(traffic.maker)) as { make: Make }
  const batch = await make(traffic.state, order.count)
  return (number) => batch[number]
}

async function withinTime<T>(work: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late()), limitMs)
  })
  const result = await Promise.race([work, limit])
  clearTimeout(timer)
  return result
}
