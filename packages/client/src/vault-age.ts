/** The head of an age v1 file (age-encryption.org/v1): its header and the nonce after it, which together no other file has. */
import { concat, HoldfastError } from '@holdfast/core'

const maxHead = 64 * 1024
const nonceBytes = 16
const newline = 0x0a
/** Begins the header's last line. */
const macLine = [newline, 0x2d, 0x2d, 0x2d, 0x20]

/** Where the head ends, -1 while it is not all there. */
function endOfHead(bytes: Uint8Array): number {
  for (let i = 0; i + macLine.length <= bytes.length; i++) {
    if (!macLine.every((byte, j) => bytes[i + j] === byte)) continue
    const lineEnd = bytes.indexOf(newline, i + 1)
    const end = lineEnd + 1 + nonceBytes
    return lineEnd >= 0 && end <= bytes.length ? end : -1
  }
  return -1
}

export type AgeFile = {
  readonly head: Uint8Array
  /** All of it, head included. Cancelling it cancels where it comes from. */
  readonly whole: ReadableStream<Uint8Array>
}

/** Reads as far as the head goes. Rejects with `vault_damaged` when there is none, and as `content` does. */
export async function readAgeHead(content: ReadableStream<Uint8Array>): Promise<AgeFile> {
  const reader = content.getReader()
  let read: Uint8Array = new Uint8Array(0)
  let end = -1
  while (end < 0) {
    const { done, value } = await reader.read()
    if (done || read.length > maxHead) {
      await reader.cancel().catch(() => undefined)
      throw new HoldfastError('vault_damaged')
    }
    read = concat(read, value)
    end = endOfHead(read)
  }
  const begun = read
  const whole = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(begun),
      async pull(controller): Promise<void> {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason: unknown): Promise<void> => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { head: begun.slice(0, end), whole }
}
