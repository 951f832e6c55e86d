/** Chance that falls alike every time: the same seed makes the same year. For made-up data only, never for a secret. */
export type Random = {
  /** Between `least` and `most`, both included. */
  whole(least: number, most: number): number
  /** True once in so many. */
  once(inSoMany: number): boolean
  pick<Item>(items: readonly [Item, ...Item[]]): Item
}

/** A linear congruential generator (Knuth, The Art of Computer Programming 2, 3.3.4, line 26), of which the high bits are taken. */
export function randomFrom(seed: bigint): Random {
  let state = seed
  function fraction(): number {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number(state >> 32n) / 2 ** 32
  }
  const whole = (least: number, most: number): number => least + Math.floor(fraction() * (most - least + 1))
  return {
    whole,
    once: (inSoMany) => fraction() * inSoMany < 1,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
  }
}
