/** Octets that look random and are the same each time: SHA-256 of a seed and a counter. Never for keys of anybody. */
import { sha256 } from '@noble/hashes/sha2.js'

export function countedOctets(seed: Uint8Array): (length: number) => Uint8Array {
  let count = 0
  return (length) => {
    const octets = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      const block = sha256(new Uint8Array([...seed, count >> 16, (count >> 8) & 255, count & 255]))
      octets.set(block.subarray(0, Math.min(32, length - at)), at)
      count++
    }
    return octets
  }
}
