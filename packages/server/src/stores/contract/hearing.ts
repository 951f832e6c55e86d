import type { DurableStore, Invalidation } from '../../store.ts'

/** Subscribes every node; the function it yields resolves when all of them heard what is wanted, and unsubscribes. */
export async function hearing(
  nodes: readonly DurableStore[],
  wanted: (event: Invalidation) => boolean,
): Promise<() => Promise<void>> {
  const subscriptions = await Promise.all(
    nodes.map(async (node) => {
      let tellHeard = (): void => {}
      const heard = new Promise<void>((resolve) => {
        tellHeard = resolve
      })
      const feed = await node.subscribe((event) => {
        if (wanted(event)) tellHeard()
      })
      return { feed, heard }
    }),
  )
  return async () => {
    await Promise.all(subscriptions.map(({ heard }) => heard))
    await Promise.all(subscriptions.map(({ feed }) => feed.close()))
  }
}
