/** The stores a configuration names, opened. A store that cannot be opened at start is a Complaint, not a stack. */
import { join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import type { DurableStore, ShortLivedStore } from '@holdfast/server'
import { Complaint } from './config/complaint.ts'
import type { Config } from './config/config.ts'

export type Stores = { readonly store: DurableStore; readonly shortLived: ShortLivedStore }

/** The code of a failure; of a store that runs but must not be used, its own word on what to change. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause) return ` (${String(cause.code)})`
  return cause instanceof TypeError ? ` (${cause.message})` : ''
}

async function opened<Store>(what: string, advice: string, open: () => Promise<Store>): Promise<Store> {
  try {
    return await open()
  } catch (error) {
    const cause = error instanceof HoldfastError ? error.cause : error
    throw new Complaint(`${what} cannot be opened${reasonOf(cause)}: ${advice}`, 1)
  }
}

/** Nodes hand each other what ends at a time; a clock that is wrong by more than this is nobody's drift. */
const clockToleranceMs = 30_000

/** The database's clock is the one all nodes can see: a node that differs would end the others' sealing keys, or live by its own. */
async function checkClock(store: DurableStore): Promise<void> {
  const theirs = await store.ping()
  const apart = theirs === null ? 0 : Math.abs(Date.now() - theirs)
  if (apart <= clockToleranceMs) return
  await store.close()
  const seconds = Math.round(apart / 1000)
  throw new Complaint(
    `the clocks of this machine and of the database differ by ${seconds} s: put right the one that is wrong (NTP), then start again`,
    1,
  )
}

// Drivers are loaded by those who use them: a gateway on PostgreSQL carries no embedded database.
async function openDurable({ store, data }: Config): Promise<DurableStore> {
  if (store.kind === 'memory') return (await import('@holdfast/server/memory')).memoryStore()
  const { embeddedStore, postgresStore } = await import('@holdfast/server/sql')
  if (store.kind === 'postgres') {
    const found = await opened(
      'the PostgreSQL store',
      'check that the server runs and that store.url fits',
      () => postgresStore({ url: store.url }),
    )
    await checkClock(found)
    return found
  }
  return opened(
    'the embedded database',
    `another gateway uses it (stop that one first), or ${data} is not writable`,
    () => embeddedStore({ directory: join(data, 'database') }),
  )
}

async function openShortLived({ nonces, store }: Config): Promise<ShortLivedStore> {
  if (nonces.kind === 'redis') {
    const { redisShortLived } = await import('@holdfast/server/redis')
    return opened('the Redis nonce memory', 'check that the server runs and that nonces.url fits', () =>
      redisShortLived({ url: nonces.url }),
    )
  }
  if (nonces.kind === 'postgres' && store.kind === 'postgres') {
    const { postgresShortLived } = await import('@holdfast/server/sql')
    return opened('the PostgreSQL nonce memory', 'check that the server runs and that store.url fits', () =>
      postgresShortLived({ url: store.url }),
    )
  }
  return (await import('@holdfast/server/memory')).memoryShortLived()
}

export async function openStores(config: Config): Promise<Stores> {
  const store = await openDurable(config)
  try {
    return { store, shortLived: await openShortLived(config) }
  } catch (error) {
    await store.close()
    throw error
  }
}

export async function closeStores({ store, shortLived }: Stores): Promise<void> {
  await shortLived.close()
  await store.close()
}
