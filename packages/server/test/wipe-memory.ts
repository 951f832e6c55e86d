import type { WipeMemory } from '../src/deployment.ts'

export type TestMemory = WipeMemory & { readonly kept: () => number | null }

/** Kept as a file beside the keys would be: the greater number stays. */
export function wipeMemory(): TestMemory {
  let kept: number | null = null
  return {
    read: async () => kept,
    async write(count) {
      kept = Math.max(kept ?? 0, count)
    },
    kept: () => kept,
  }
}
