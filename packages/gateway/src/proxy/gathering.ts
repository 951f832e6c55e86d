/** Octets that arrive in pieces, copied into one growing array: a thousand small pieces cost no more than one large one. */

export interface Gathering {
  readonly length: number
  append(chunk: Uint8Array): void
  /** What has arrived; nothing may be appended afterwards. */
  take(): Uint8Array
}

const firstBytes = 1_024

/** `atMostBytes`: no more than this will come. Room is made as octets arrive, never on the word of a length field. */
export function createGathering({ atMostBytes }: { readonly atMostBytes: number }): Gathering {
  let bytes: Uint8Array = new Uint8Array(0)
  let length = 0

  /** Doubling: each octet is copied twice at most on average. */
  function grow(neededBytes: number): void {
    const doubled = Math.min(Math.max(bytes.length * 2, firstBytes), atMostBytes)
    const grown = new Uint8Array(Math.max(neededBytes, doubled))
    grown.set(bytes.subarray(0, length))
    bytes = grown
  }

  return {
    get length(): number {
      return length
    },
    append(chunk: Uint8Array): void {
      const needed = length + chunk.length
      if (needed > bytes.length) grow(needed)
      bytes.set(chunk, length)
      length = needed
    },
    take: (): Uint8Array => bytes.subarray(0, length),
  }
}
