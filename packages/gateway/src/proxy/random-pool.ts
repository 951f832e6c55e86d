/** Random names in base64url, cut from a block: one call to the system's generator serves hundreds of requests. */
import { randomFillSync } from 'node:crypto'

const blockBytes = 8192

export type RandomPool = (bytes: number) => string

/** Every octet is used once. */
export function createRandomPool(): RandomPool {
  const block = Buffer.alloc(blockBytes)
  let next = blockBytes
  return (bytes: number): string => {
    if (next + bytes > blockBytes) {
      randomFillSync(block)
      next = 0
    }
    next += bytes
    return block.toString('base64url', next - bytes, next)
  }
}
