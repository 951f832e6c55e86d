/** Latency histogram with 64 buckets to each power of two of 0.1 µs: values are kept to within 0.8 %. */

export interface Histogram {
  /** Counts one latency given in milliseconds. */
  record(latencyMs: number): void
  /** The latency in milliseconds below which `share` (0 to 1) of all lie; 0 when nothing was recorded. */
  percentile(share: number): number
}

const unitsPerMs = 10_000
const largest = 2 ** 31 - 1

export function createHistogram(): Histogram {
  const counts = new Uint32Array(64 * 27)
  let total = 0
  return {
    record(latencyMs) {
      const slot = slotOf(Math.min(largest, Math.max(0, Math.round(latencyMs * unitsPerMs))))
      counts[slot] = (counts[slot] ?? 0) + 1
      total += 1
    },
    percentile(share) {
      let left = Math.ceil(total * share)
      for (const [slot, count] of counts.entries()) {
        left -= count
        if (left <= 0 && count > 0) return middleOf(slot) / unitsPerMs
      }
      return 0
    },
  }
}

function slotOf(units: number): number {
  if (units < 128) return units
  const shift = 25 - Math.clz32(units)
  return shift * 64 + (units >>> shift)
}

function middleOf(slot: number): number {
  if (slot < 128) return slot
  const shift = (slot >>> 6) - 1
  return (slot - shift * 64 + 0.5) * 2 ** shift
}
