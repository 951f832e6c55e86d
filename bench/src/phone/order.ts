/** What the processes and the page that act as phones are asked. */

import type { Sample } from '../target.ts'
import { createTimes } from './times.ts'
import type { Times } from './times.ts'

/** One round of one row. */
export interface PhoneOrder {
  readonly act: string
  readonly durationMs: number
  /** Things of a fixed size (a file, a table) are done whole; else a fiftieth of them, for warm-ups and quick runs. */
  readonly whole: boolean
}

/** By the name an order calls it. */
export type Acts = Readonly<Record<string, (order: PhoneOrder) => Promise<Sample>>>

/** An act that fails fails its row, not the run. */
export async function obey(acts: Acts, order: PhoneOrder): Promise<Sample> {
  try {
    const act = acts[order.act]
    if (act === undefined) throw new TypeError(`nothing here is called ${order.act}`)
    return await act(order)
  } catch (error) {
    return failedSample(error)
  }
}

/** The round of a row that could not be measured. */
export function failedSample(error: unknown): Sample {
  const failure = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  return { completed: 0, failed: 1, failure: failure.slice(0, 400), elapsedMs: 1, p50: 0, p95: 0, p99: 0 }
}

/** Acts whose names begin with this and a space. */
export function prefixed(prefix: string, acts: Acts): Acts {
  return Object.fromEntries(Object.entries(acts).map(([name, act]) => [`${prefix} ${name}`, act]))
}

/** Of something that has a size: all of it, or enough of it to try it. */
export function sizeOf(size: number, { whole }: PhoneOrder): number {
  return whole ? size : Math.ceil(size / 50)
}

/** Rows one round of work measures together: whichever is asked first has it done, and each takes its own times of it. */
export function together<Name extends string>(
  names: readonly Name[],
  work: (times: Readonly<Record<Name, Times>>, order: PhoneOrder) => Promise<void>,
): Acts {
  let found = new Map<Name, Times>()
  const act = (name: Name) => async (order: PhoneOrder) => {
    let times = found.get(name)
    if (times === undefined) {
      found = new Map(names.map((each) => [each, createTimes()]))
      times = found.get(name) as Times
      await work(Object.fromEntries(found) as Record<Name, Times>, order)
    }
    found.delete(name)
    return times.sample()
  }
  return Object.fromEntries(names.map((name) => [name, act(name)]))
}
