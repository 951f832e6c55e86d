/** A backend's answer on its way to the client: here as it comes, with back-pressure. A client that left is written to no more. */
import type { ServerResponse } from 'node:http'
import { withCors } from '@holdfast/server'

export interface AnswerStream {
  /** `length` is null when the answer has none; `resume` goes on reading from the backend. */
  start(head: AnswerStart): void
  /** False: read no more until `resume` was called. */
  write(chunk: Uint8Array): boolean
  end(): void
  /** The client left: nothing holds the backend up any more. */
  release(): void
}

export type AnswerStart = {
  readonly status: number
  /** Flat list name, value, … */
  readonly list: string[]
  readonly length: number | null
  readonly resume: () => void
}

export type AnswerStreamOptions = {
  /** The answer to HEAD. */
  readonly bodyless: boolean
  /** Least rate at which a client has to take what waits for it: one that is slower is cut off. */
  readonly bytesPerSecond: number
  /** The listed origin whose page may read it, or null. */
  readonly page: string | null
}

/** The rate is measured over this much at least: sockets take and free their buffers in lumps. */
const lumpBytes = 65_536

/** How long a client may take for what waits for it. */
function longestMs(response: ServerResponse, bytesPerSecond: number): number {
  return (Math.max(lumpBytes, response.writableLength) / bytesPerSecond) * 1_000
}

/** For an answer that was written whole: cuts off a client that takes the rest of it too slowly. Small ones are let go. */
export function cutWhenSlow(response: ServerResponse, bytesPerSecond: number): void {
  if (response.writableLength <= lumpBytes) return
  const tooSlow = setTimeout(() => response.destroy(), longestMs(response, bytesPerSecond)).unref()
  response.once('close', () => clearTimeout(tooSlow))
}

/** Name, value, … */
function readableBy(page: string, list: readonly string[]): string[] {
  const pairs = list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] as string] as const] : []))
  return withCors(pairs, page).flat()
}

export function createAnswerStream(
  response: ServerResponse,
  { bodyless, bytesPerSecond, page }: AnswerStreamOptions,
): AnswerStream {
  let resume: () => void = () => undefined
  let paused = false
  /** Octets still to come; below zero when nobody knows. */
  let missing = -1
  let last: Uint8Array | null = null
  let tooSlow: NodeJS.Timeout | undefined

  function release(): void {
    clearTimeout(tooSlow)
    if (!paused) return
    paused = false
    resume()
  }

  /** No more is read until the client has taken what is there. It holds up the backend meanwhile: its time is limited. */
  function pause(): void {
    paused = true
    tooSlow = setTimeout(() => response.destroy(), longestMs(response, bytesPerSecond)).unref()
    response.once('drain', release)
  }

  return {
    start(head: AnswerStart): void {
      resume = head.resume
      if (response.destroyed) return
      response.writeHead(head.status, page === null ? head.list : readableBy(page, head.list))
      if (head.length !== null) missing = head.length
      // Without a length it may be a stream whose first event is a long way off: its head goes out at once.
      else if (!bodyless && head.status !== 204 && head.status !== 304) response.flushHeaders()
    },
    write(chunk: Uint8Array): boolean {
      missing -= chunk.length
      if (response.destroyed) return true
      if (missing === 0) {
        // Held back until `end`: a client that has read the whole answer may rely on its claim being settled.
        last = chunk
        return true
      }
      if (response.write(chunk)) return true
      pause()
      return false
    },
    end(): void {
      if (response.destroyed) return
      if (last === null) response.end()
      else response.end(last)
    },
    release,
  }
}
