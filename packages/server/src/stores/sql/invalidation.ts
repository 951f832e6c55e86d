import { type RawBuilder, sql } from 'kysely'
import type { Invalidation } from '../../store.ts'

/** The channel all nodes of one database listen on. */
export const channel = 'holdfast_invalidation'

/** Tells every node when, and only when, the act it belongs to is committed. */
export function tell(event: Invalidation): RawBuilder<unknown> {
  return sql`pg_notify(${channel}, ${JSON.stringify(event)})`
}

/** Null for what no node of ours sends: others with access to the database may use the channel too. */
export function parseInvalidation(payload: string): Invalidation | null {
  try {
    const event: unknown = JSON.parse(payload)
    if (typeof event !== 'object' || event === null) return null
    if ('device' in event && typeof event.device === 'string') return { device: event.device }
    if ('sid' in event && typeof event.sid === 'string') return { sid: event.sid }
    return null
  } catch {
    return null
  }
}
