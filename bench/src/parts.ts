/** How long each part of a run took. */

export interface Parts {
  /** What ran since the last part ended, or since the beginning, was this one. */
  end(name: string): void
  /** One line, in seconds. */
  toString(): string
}

export function createParts(): Parts {
  const begun = performance.now()
  const parts: string[] = []
  let last = begun
  const since = (time: number): string => `${((performance.now() - time) / 1000).toFixed(0)} s`
  return {
    end(name) {
      parts.push(`${name} ${since(last)}`)
      last = performance.now()
    },
    toString: () => `${parts.join(', ')}; all ${since(begun)}`,
  }
}
