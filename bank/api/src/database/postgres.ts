import { Pool, type PoolClient, type PoolConfig, TypeOverrides } from 'pg'
import { type Connections, isAnswered, type Lent, type Opened, openOver, Outage, readAs } from './database.ts'
import { migrate } from './migrations.ts'

/** PostgreSQL (15 or newer), for any number of processes. Brings the schema up to date first. `connections`: at most; 10 unless told. */
export async function openPostgres(options: {
  readonly url: string
  readonly connections?: number
}): Promise<Opened> {
  const config = configOf(options)
  // Without limits: a change of the schema may take long, and other processes wait for it.
  const once = openOver(pooled({ ...config, max: 1, query_timeout: 0, statement_timeout: 0 }))
  try {
    await migrate(once.db)
  } finally {
    await once.close()
  }
  return openOver(pooled(config))
}

/** Limits turn a silent database into a refusal within seconds, on both sides of the line. */
function configOf({ url, connections = 10 }: { url: string; connections?: number }): PoolConfig {
  const types = new TypeOverrides()
  for (const [type, read] of Object.entries(readAs)) types.setTypeParser(Number(type), read)
  return {
    connectionString: url,
    application_name: 'alder-bank',
    types,
    keepAlive: true,
    max: connections,
    connectionTimeoutMillis: 8000,
    query_timeout: 8000,
    statement_timeout: 7000,
    idle_in_transaction_session_timeout: 10_000,
  }
}

function pooled(config: PoolConfig): Connections {
  const pool = new Pool(config)
  // A connection that breaks fails its statement or leaves the pool; the event would only be a crash.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const names = new Map<string, string>()

  /** Texts of statements are few, a batch has one for each length: each is prepared once for a connection. */
  function nameOf(text: string): string {
    const name = names.get(text) ?? `bank_${names.size}`
    names.set(text, name)
    return name
  }
  return { connect: async () => lend(await lineOf(pool), nameOf), end: () => pool.end() }
}

async function lineOf(pool: Pool): Promise<PoolClient> {
  return pool.connect().catch((error: unknown) => {
    throw new Outage('no line', { cause: error })
  })
}

function lend(client: PoolClient, nameOf: (text: string) => string): Lent {
  let broken = false
  return {
    async query(text, values) {
      const prepared = values.length > 0 ? { name: nameOf(text) } : {}
      try {
        const { rows, rowCount } = await client.query({ ...prepared, text, values: [...values] })
        return { rows, affected: rowCount ?? 0 }
      } catch (error) {
        if (isAnswered(error)) throw error
        // Its answer may still be on the way, so nobody may use this line again.
        broken = true
        throw new Outage('the line broke', { cause: error })
      }
    },
    release: () => client.release(broken),
  }
}
