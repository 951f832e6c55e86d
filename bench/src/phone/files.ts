/** A large file written and read, whoever keeps it. Runs in a page too. */

import type { Acts } from './order.ts'
import { sizeOf } from './order.ts'
import { createTimes, timed } from './times.ts'

export type Bytes = ReadableStream<Uint8Array>

export interface Keeps {
  /** Durable when it returns. */
  put(name: string, content: Bytes): Promise<void>
  get(name: string): Promise<Bytes | null>
}

export interface FileGiven {
  /** Of the whole file; a megabyte has 10^6 octets. */
  readonly megabytes: number
  /** 64 KiB nothing makes shorter; the file is made of it. */
  readonly content: Uint8Array
}

const name = 'large'

/** One file each, however long that takes. */
export function fileActs(keeps: Keeps, { megabytes, content }: FileGiven): Acts {
  let written = 0

  async function put(count: number): Promise<void> {
    await keeps.put(name, pieces(content, count * 1e6))
    written = count
  }
  return {
    async write(order) {
      const count = sizeOf(megabytes, order)
      const times = createTimes()
      await timed(times, () => put(count), count)
      return times.sample()
    },
    async read(order) {
      const count = sizeOf(megabytes, order)
      if (written !== count) await put(count)
      const times = createTimes()
      await timed(times, () => readWhole(keeps, { content, bytes: count * 1e6 }), count)
      return times.sample()
    },
  }
}

function pieces(content: Uint8Array, bytes: number): Bytes {
  let left = bytes
  return new ReadableStream<Uint8Array>({
    pull(controller): void {
      if (left === 0) return controller.close()
      const piece = content.slice(0, Math.min(content.length, left))
      left -= piece.length
      controller.enqueue(piece)
    },
  })
}

/** Throws unless so many octets came, and the last ones are what they were. */
async function readWhole(
  keeps: Keeps,
  { content, bytes }: { readonly content: Uint8Array; readonly bytes: number },
): Promise<void> {
  const reader = (await keeps.get(name))?.getReader()
  let length = 0
  let last = -1
  for (;;) {
    const part = await reader?.read()
    if (part?.value === undefined) break
    length += part.value.length
    last = part.value.at(-1) ?? last
  }
  if (length !== bytes || last !== content[(bytes - 1) % content.length])
    throw new Error('another file came back')
}
