import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import type { Kysely } from 'kysely'
import type { DurableStore, ShortLivedStore } from '../../store.ts'
import { lockDirectory } from './directory-lock.ts'
import { type Connections, openDatabase, refusingAsUnavailable } from './driver.ts'
import { durableOver } from './durable.ts'
import { channel, parseInvalidation } from './invalidation.ts'
import { migrate } from './migrations.ts'
import type { Database } from './schema.ts'
import { shortLivedOver } from './short-lived.ts'

export type EmbeddedStore = DurableStore & {
  /** Nonces and rates in the same database. It ends with the store it belongs to; its own close does nothing. */
  readonly shortLived: ShortLivedStore
}

/**
 * Durable facts in PGlite: PostgreSQL inside this process, kept in `directory`. One process only, and one statement at a
 * time on the main thread; more than one node needs `postgresStore`.
 */
export async function embeddedStore(options: { directory: string }): Promise<EmbeddedStore> {
  const { store } = await openEmbedded(options)
  return store
}

/** The store together with its database, for tests that look behind it. */
export async function openEmbedded({
  directory,
}: {
  directory: string
}): Promise<{ store: EmbeddedStore; db: Kysely<Database> }> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const unlock = await lockDirectory(directory)
  const pglite = await refusingAsUnavailable(() => PGlite.create(directory))
  const connections = oneConnection(pglite)
  const db = openDatabase(connections)
  await migrate(db)
  const durable = durableOver(db, {
    async subscribe(listener) {
      const unlisten = await pglite.listen(channel, (payload) => {
        const event = parseInvalidation(payload)
        if (event) listener(event)
      })
      return { freshAt: () => Infinity, close: () => unlisten() }
    },
    async close() {
      await connections.close()
      await unlock()
    },
  })
  return { store: { ...durable, shortLived: shortLivedOver(db, { close: async () => {} }) }, db }
}

/** PGlite is a single session: whoever holds it keeps it until the transaction is over, the others queue. */
function oneConnection(pglite: PGlite): Connections {
  let last: Promise<void> = Promise.resolve()
  return {
    async acquire() {
      const before = last
      let release = (): void => {}
      last = new Promise((resolve) => {
        release = resolve
      })
      await before
      return {
        async query(text, values) {
          const { rows, affectedRows } = await pglite.query(text, [...values])
          return { rows, affected: affectedRows }
        },
        release,
      }
    },
    close: () => pglite.close(),
  }
}
