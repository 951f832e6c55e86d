/** PostgreSQL and Redis for these tests: a database that is dropped again, and one numbered Redis database of our own. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { type Line, openLine } from './line.ts'

const postgresUrl = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const redisUrl = process.env['HOLDFAST_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'

async function runSql(sql: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl, connectionTimeoutMillis: 2000 })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function openRedis(database: number): Promise<Redis> {
  const redis = new Redis(redisUrl, {
    db: database,
    lazyConnect: true,
    connectTimeout: 2000,
    retryStrategy: () => null,
  })
  redis.on('error', () => undefined)
  await redis.connect()
  return redis
}

export async function postgresReachable(): Promise<boolean> {
  return runSql('select 1').then(
    () => true,
    () => false,
  )
}

export async function redisReachable(): Promise<boolean> {
  return openRedis(0).then(
    (redis) => {
      redis.disconnect()
      return true
    },
    () => false,
  )
}

/** A server of the machine behind a line of our own. `url` leads through the line. */
export type Lined = { readonly url: string; readonly line: Line; remove(): Promise<void> }

async function lineTo(server: string | URL, defaultPort: number): Promise<Omit<Lined, 'remove'>> {
  const url = new URL(server)
  const line = await openLine({ host: url.hostname, port: Number(url.port || defaultPort) })
  url.host = `127.0.0.1:${line.port}`
  return { url: url.href, line }
}

/** A database of the test's own, with nothing in between. */
export async function openDatabase(): Promise<Omit<Lined, 'line'>> {
  const name = `holdfast_faults_${randomUUID().replaceAll('-', '')}`
  await runSql(`create database ${name}`)
  return {
    url: Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href,
    remove: () => runSql(`drop database ${name} with (force)`),
  }
}

export async function openLinedDatabase(): Promise<Lined> {
  const database = await openDatabase()
  const lined = await lineTo(database.url, 5432)
  return {
    ...lined,
    async remove(): Promise<void> {
      lined.line.close()
      await database.remove()
    },
  }
}

const mark = 'holdfast-faults-taken'

/** Databases are taken from the upper end, marked, so that files that run at once do not meet. */
async function takeNumber(): Promise<Redis> {
  for (let number = 15; number > 0; number--) {
    const redis = await openRedis(number)
    if ((await redis.set(mark, '1', 'EX', 300, 'NX')) === 'OK') return redis
    redis.disconnect()
  }
  throw new Error('every numbered Redis database is taken')
}

export type NonceMemory = Lined & {
  /** As after an eviction or a failover: every nonce and marker of Holdfast in this database is gone. */
  wipe(): Promise<void>
}

export async function openNonceMemory(): Promise<NonceMemory> {
  const redis = await takeNumber()
  const wipe = async (): Promise<void> => {
    const keys = await redis.keys('holdfast:*')
    if (keys.length > 0) await redis.del(keys)
  }
  await wipe()
  const lined = await lineTo(Object.assign(new URL(redisUrl), { pathname: `/${redis.options.db}` }), 6379)
  return {
    ...lined,
    wipe,
    async remove(): Promise<void> {
      lined.line.close()
      await wipe()
      await redis.del(mark)
      redis.disconnect()
    },
  }
}
