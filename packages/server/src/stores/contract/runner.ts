type Assertion = { toBe(expected: unknown): void; toEqual(expected: unknown): void }

/** What the suites need of a test runner. vitest's `{ describe, it, expect }` fits, and so does Jest's. */
export type TestRunner = {
  describe: (name: string, body: () => void) => unknown
  it: (name: string, body: () => Promise<void>) => unknown
  expect: (actual: unknown) => Assertion
}

const racers = 50

/** Runs the act 50 times at once, spread over the nodes, and collects what each racer got. */
export async function race<Node, Result>(
  nodes: readonly Node[],
  act: (node: Node, racer: number) => Promise<Result> | Result,
): Promise<Result[]> {
  return Promise.all(Array.from({ length: racers }, async (_, racer) => act(nodeAt(nodes, racer), racer)))
}

export function nodeAt<Node>(nodes: readonly Node[], index: number): Node {
  const node = nodes[index % nodes.length]
  if (node === undefined) throw new TypeError('the contract needs at least one handle')
  return node
}

/** Counts equal results, e.g. `{ true: 1, false: 49 }`. */
export function tally(results: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const result of results) {
    const name = String(result)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
