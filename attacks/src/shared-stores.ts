/** PostgreSQL and Redis for targets of two nodes: a database that is dropped again, and one numbered Redis database of ours. */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Client } from 'pg'

const postgres = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const redis = process.env['HOLDFAST_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'

/** A machine that runs everything at once takes its time. */
const patienceMs = 10_000

/** Deletes what Holdfast wrote into the selected database, and nothing else. */
const wipe = `EVAL "for _, key in ipairs(redis.call('KEYS', 'holdfast:*')) do redis.call('DEL', key) end return 'wiped'" 0`

/** Whoever tests with a numbered database marks it so, and leaves those alone that are marked. */
const mark = 'holdfast-faults-taken'
const take = `EVAL "if redis.call('SET', '${mark}', '1', 'NX', 'EX', 600) then return 'free' end return 'taken'" 0`
const leave = `EVAL "redis.call('DEL', '${mark}') return 'left'" 0`

async function withClient<Result>(url: string, act: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: patienceMs })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

async function query(sql: string): Promise<void> {
  await withClient(postgres, (client) => client.query(sql))
}

/** Every row of every table, as JSON text. */
function dumpOf(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
    )
    const texts: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `select row_to_json(line)::text as row from ${name} as line`,
      )
      texts.push(name, ...rows.map(({ row }) => row))
    }
    return texts.join('\n')
  })
}

/** Inline commands of the Redis protocol, until one of the answers contains one of these words: that one. */
function command(lines: readonly string[], ...words: string[]): Promise<string> {
  const { hostname, port } = new URL(redis)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 6379) })
    let said = ''
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('Redis does not answer')))
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const word = words.find((one) => said.includes(one))
      if (word === undefined && !said.includes('-ERR')) return
      socket.destroy()
      if (word === undefined) reject(new Error(said))
      else resolve(word)
    })
    socket.write(lines.map((line) => `${line}\r\n`).join(''))
  })
}

export async function sharedStoresReachable(): Promise<boolean> {
  return Promise.all([query('SELECT 1'), command(['PING'], 'PONG')]).then(
    () => true,
    () => false,
  )
}

export type DatabaseRow = Readonly<Record<string, unknown>>

export type SharedStores = {
  /** The parts of the gateway's configuration that name them. */
  readonly config: Readonly<Record<string, unknown>>
  /** As an eviction or a failover would: every nonce and marker is gone. */
  wipeNonces(): Promise<void>
  /** Everything that lies in the database. */
  dump(): Promise<string>
  /** For those who write into it. */
  query(sql: string, values: readonly unknown[]): Promise<DatabaseRow[]>
  remove(): Promise<void>
}

async function takeNumber(): Promise<number> {
  for (let number = 1; number < 16; number++)
    if ((await command([`SELECT ${number}`, take], 'free', 'taken')) === 'free') return number
  throw new Error('every numbered Redis database is taken')
}

export async function openSharedStores(): Promise<SharedStores> {
  const name = `holdfast_attacks_${randomBytes(6).toString('hex')}`
  const number = await takeNumber()
  const wipeNonces = async (): Promise<void> => void (await command([`SELECT ${number}`, wipe], 'wiped'))
  await wipeNonces()
  await query(`CREATE DATABASE ${name}`)
  const url = new URL(postgres)
  url.pathname = `/${name}`
  return {
    config: {
      store: { kind: 'postgres', url: url.href },
      nonces: { kind: 'redis', url: new URL(`/${number}`, redis).href },
    },
    wipeNonces,
    dump: () => dumpOf(url.href),
    query: (sql, values) =>
      withClient(url.href, async (client) => (await client.query<DatabaseRow>(sql, [...values])).rows),
    async remove() {
      await wipeNonces()
      await command([`SELECT ${number}`, leave], 'left')
      await query(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}
