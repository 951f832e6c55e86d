import type { DurableStore, Invalidation } from '../../store.ts'

/**
 * The store of a node that hears its own acts before they resolve: who was told that a device is revoked must not see it
 * served by the very node that said so. The feed brings the same event once more, as to every other node.
 */
export function hearingItself(store: DurableStore): DurableStore {
  const listeners = new Set<(event: Invalidation) => void>()
  function tell(event: Invalidation): void {
    for (const listener of listeners) listener(event)
  }

  return {
    ...store,
    // Also when somebody else was first: their word may still be on its way here.
    async revokeDevice(id, now, audit) {
      const revoked = await store.revokeDevice(id, now, audit)
      tell({ device: id })
      return revoked
    },
    async endFamily(sid, now, audit) {
      const ended = await store.endFamily(sid, now, audit)
      tell({ sid })
      return ended
    },
    async rotateRefresh(input) {
      const result = await store.rotateRefresh(input)
      if (result.kind === 'reused') tell({ sid: result.sid })
      return result
    },
    async subscribe(listener) {
      const feed = await store.subscribe(listener)
      listeners.add(listener)
      return {
        freshAt: () => feed.freshAt(),
        async close() {
          listeners.delete(listener)
          await feed.close()
        },
      }
    },
  }
}
