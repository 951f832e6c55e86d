/** A PostgreSQL database of the bench's own, made for one row and dropped after it. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Client } from 'pg'

export const postgresUrl: string =
  process.env['HOLDFAST_BENCH_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
export const redisUrl: string = process.env['HOLDFAST_BENCH_REDIS'] ?? 'redis://127.0.0.1:6379'

export interface Database {
  readonly url: string
  /** Adds bound devices nobody signs for, all in one statement: by the store's own acts it would take minutes. */
  fill(devices: number): Promise<void>
  run(statement: string): Promise<void>
  drop(): Promise<void>
}

export async function createDatabase(): Promise<Database> {
  const name = `holdfast_bench_${randomBytes(6).toString('hex')}`
  await run(postgresUrl, `create database ${name}`)
  const address = new URL(postgresUrl)
  address.pathname = name
  const url = address.href
  return {
    url,
    fill: (devices) =>
      run(
        url,
        `insert into device (id, "user", enrolment_id, key_thumbprint, public_key, name, platform, created_at)
         select 'idle-' || n, 'idle-' || n, 'idle-' || n, rpad('idle-' || n, 43, '-'),
           '{"kty":"EC","crv":"P-256","x":"","y":""}', 'bench phone', 'testing', n
         from generate_series(1, ${Math.trunc(devices)}) n`,
      ),
    run: (statement) => run(url, statement),
    drop: () => run(postgresUrl, `drop database ${name} with (force)`),
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Why a server cannot be used, or undefined when it takes connections. */
export async function unreachable(url: string): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    await once(socket, 'connect')
    return undefined
  } catch {
    return `no ${protocol.slice(0, -1)} server on ${hostname}:${port}`
  } finally {
    socket.destroy()
  }
}
