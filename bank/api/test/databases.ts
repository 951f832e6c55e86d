/** A fresh database for a suite: PGlite in this process, or one of its own in PostgreSQL. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Opened } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { copyPrepared, prepared } from './prepared.ts'

const server = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

async function onServer<Result>(act: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: server, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

/** A server that answers at all is there, also when it has no line to spare. */
export const postgresReachable: boolean = await onServer(async () => {}).then(
  () => true,
  (error: unknown) => error instanceof Error && 'severity' in error,
)

export type Place = {
  /** Undefined for PGlite. */
  readonly url: string | undefined
  /** Opens it; again, when it was closed. */
  readonly open: () => Promise<Opened>
  readonly drop: () => Promise<void>
}

/** What a suite runs on: `describe.skipIf(skipped)(name, …)`. */
export type TestDatabase = {
  readonly name: string
  readonly skipped: boolean
  readonly create: () => Promise<Place>
}

export const postgres: TestDatabase = {
  name: 'PostgreSQL (skipped when HOLDFAST_TEST_POSTGRES is unreachable)',
  skipped: !postgresReachable,
  async create() {
    const name = `alder_test_${randomUUID().replaceAll('-', '')}`
    const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
    await onServer((client) => client.query(`create database ${name}`))
    return {
      url,
      open: () => openPostgres({ url, connections: 8 }),
      drop: () =>
        onServer(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
    }
  },
}

/** A folder with tables and no customer: PGlite takes seconds to make it. */
function emptyBooks(): Promise<string> {
  const make = async (folder: string): Promise<void> => (await openEmbedded(join(folder, 'books'))).close()
  return prepared({ name: 'empty-books', from: ['bank/api/src/database'], make })
}

export const pglite: TestDatabase = {
  name: 'PGlite',
  skipped: false,
  async create() {
    const folder = await mkdtemp(join(tmpdir(), 'alder-books-'))
    const books = join(folder, 'books')
    return {
      url: undefined,
      async open() {
        if (!existsSync(books)) copyPrepared(await emptyBooks(), folder)
        return openEmbedded(books)
      },
      drop: () => rm(folder, { recursive: true }),
    }
  },
}

export const databases: readonly TestDatabase[] = [postgres, pglite]
