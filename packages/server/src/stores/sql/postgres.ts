import { Pool, type PoolClient, type PoolConfig, TypeOverrides } from 'pg'
import type { DurableStore, ShortLivedStore } from '../../store.ts'
import { type Connection, type Connections, openDatabase } from './driver.ts'
import { durableOver } from './durable.ts'
import { listen } from './feed.ts'
import { hearingItself } from './hearing.ts'
import { migrate } from './migrations.ts'
import { shortLivedOver } from './short-lived.ts'

export type PostgresOptions = {
  /** `postgres://user@host:port/database` */
  url: string
  /** Most connections this store opens besides the one that listens; 10 when not given. */
  connections?: number
}

/** Durable facts in PostgreSQL (15 or newer), for any number of nodes. Brings the schema up to date first. */
export async function postgresStore(options: PostgresOptions): Promise<DurableStore> {
  await bringUpToDate(options)
  const config = configOf(options)
  const connections = pooled(config)
  const store = durableOver(openDatabase(connections), {
    subscribe: (listener) => listen(config, listener),
    close: () => connections.close(),
  })
  return hearingItself(store)
}

/** Nonces and rates in unlogged tables of PostgreSQL: for several nodes that have no Redis. */
export async function postgresShortLived(options: PostgresOptions): Promise<ShortLivedStore> {
  await bringUpToDate(options)
  const connections = pooled(configOf(options))
  return shortLivedOver(openDatabase(connections), connections)
}

/** Without a time limit on statements: a change of the schema may take long, and other nodes wait for it. */
async function bringUpToDate(options: PostgresOptions): Promise<void> {
  const connections = pooled({ ...configOf(options), max: 1, query_timeout: 0, statement_timeout: 0 })
  try {
    await migrate(openDatabase(connections))
  } finally {
    await connections.close()
  }
}

/** Limits that turn a silent database into a refusal within seconds, on both sides of the line. */
function configOf({ url, connections = 10 }: PostgresOptions): PoolConfig {
  const types = new TypeOverrides()
  // bigint: our times and counts stay far below 2^53
  types.setTypeParser(20, Number)
  return {
    connectionString: url,
    application_name: 'holdfast',
    types,
    keepAlive: true,
    max: connections,
    connectionTimeoutMillis: 3000,
    query_timeout: 4000,
    statement_timeout: 3500,
    idle_in_transaction_session_timeout: 5000,
  }
}

function pooled(config: PoolConfig): Connections {
  const pool = new Pool(config)
  // A connection that breaks leaves the pool by itself or fails its statement. The event is for us only a crash to avoid:
  // idle connections raise it on the pool, lent ones on themselves.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const names = new Map<string, string>()

  /** All our statement texts are fixed, so each is prepared once for every connection, under a name of its own. */
  function nameOf(text: string): string {
    const name = names.get(text) ?? `holdfast_${names.size}`
    names.set(text, name)
    return name
  }

  return {
    acquire: async () => lend(await pool.connect(), nameOf),
    close: () => pool.end(),
  }
}

function lend(client: PoolClient, nameOf: (text: string) => string): Connection {
  let broken = false
  return {
    async query(text, values) {
      try {
        const prepared = values.length > 0 ? { name: nameOf(text) } : {}
        const result = await client.query({ ...prepared, text, values: [...values] })
        return { rows: result.rows, affected: result.rowCount ?? undefined }
      } catch (error) {
        // Not an answer of the server: the line may be dead or an answer still on its way, so nobody may use it again.
        broken ||= !(error instanceof Error && 'severity' in error)
        throw error
      }
    },
    release: () => client.release(broken),
  }
}
