/**
 * One round of dialogues. Each caller has a connection and holds its dialogue again and again (closed loop): what counts is how many come to
 * their end, and how long each takes. The first of each is held before the clock starts.
 */

import { openConnection } from './connection.ts'
import { createHistogram } from './histogram.ts'
import type { Answer, Dialogue, Sample, Send, Speaker, Traffic } from './target.ts'

export interface DialogueOrder {
  readonly port: number
  readonly durationMs: number
  readonly traffic: Extract<Traffic, { kind: 'dialogues' }>
}

/** A dialogue came to an answer it cannot go on from. */
export class WrongAnswer extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(`${status} ${text}`)
    this.status = status
  }
}

export interface Line {
  readonly send: Send
  readonly close: () => void
}

export function openLine(port: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
    let lost: Error | undefined
    const connection = openConnection(port, {
      onOpen: () =>
        resolve({
          send: (request) =>
            new Promise<Answer>((answered, failed) => {
              waiting = { resolve: answered, reject: failed }
              if (lost === undefined) connection.send(request)
              else failed(lost)
            }),
          close: () => connection.close(),
        }),
      onAnswer: (answer) => waiting?.resolve(answer),
      onLost(reason) {
        lost = new Error(reason)
        reject(lost)
        waiting?.reject(lost)
      },
    })
  })
}

/** Makes everything ready; what it returns fires. */
export async function loadDialogues({
  port,
  durationMs,
  traffic,
}: DialogueOrder): Promise<() => Promise<Sample>> {
  const { speak } = (await import(traffic.maker)) as Speaker
  const dialogues = speak(traffic.state)
  if (dialogues.length !== traffic.callers) throw new TypeError('a dialogue for each caller')
  const callers = await Promise.all(
    dialogues.map(async (dialogue) => ({ dialogue, line: await openLine(port) })),
  )
  async function round(ms: number): Promise<Sample> {
    const counting = createRound(ms)
    await Promise.all(callers.map(({ dialogue, line }) => counting.hold(dialogue, line.send)))
    return counting.sample()
  }
  const first = await round(0)
  return async () => {
    const sample = await round(durationMs)
    for (const { line } of callers) line.close()
    return { ...sample, failed: first.failed + sample.failed, failure: first.failure ?? sample.failure }
  }
}

interface Round {
  /** Once, and again until the time is over or one fails. */
  hold(dialogue: Dialogue, send: Send): Promise<void>
  sample(): Sample
}

function createRound(durationMs: number): Round {
  const histogram = createHistogram()
  const startedAt = performance.now()
  let lastAt = startedAt
  let completed = 0
  const failures: string[] = []
  return {
    async hold(dialogue, send) {
      try {
        do {
          const begun = performance.now()
          await dialogue(send)
          lastAt = performance.now()
          histogram.record(lastAt - begun)
          completed += 1
        } while (lastAt - startedAt < durationMs)
      } catch (error) {
        failures.push(String(error).slice(0, 400))
      }
    },
    sample: () => ({
      completed,
      failed: failures.length,
      failure: failures[0] ?? null,
      elapsedMs: lastAt - startedAt,
      p50: histogram.percentile(0.5),
      p95: histogram.percentile(0.95),
      p99: histogram.percentile(0.99),
    }),
  }
}
