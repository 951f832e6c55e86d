import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import type { Database } from './schema.ts'

/** What one connection of PostgreSQL and PGlite have in common. */
export type Lent = {
  readonly query: (text: string, values: readonly unknown[]) => Promise<{ rows: unknown[]; affected: number }>
  readonly release: () => void
}
export type Connections = { readonly connect: () => Promise<Lent>; readonly end: () => Promise<void> }

/** The database said nothing: the line to it broke, or was never there. */
export class Outage extends Error {}

/** Both drivers mark what the server itself said by a severity. */
export function isAnswered(error: unknown): error is Error {
  return error instanceof Error && 'severity' in error
}

/** `bigint` is our money and no number, a `date` is a day and no instant: types of `pg_type` that are read our way. */
export const readAs: Readonly<Record<number, (text: string) => unknown>> = { 20: BigInt, 1082: String }

export type Opened = {
  readonly db: Kysely<Database>
  readonly close: () => Promise<void>
}

export function openOver({ connect, end }: Connections): Opened {
  const pool = { connect: async () => clientOf(await connect()), end }
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin()],
  })
  return { db, close: () => db.destroy() }
}

/** As Kysely wants it; it also knows cursors, which nothing here asks for. */
function clientOf({ query, release }: Lent): PostgresPoolClient {
  const ask = async (text: string, values: readonly unknown[]) => {
    const { rows, affected } = await query(text, values)
    // Only the kinds of statement whose count means rows that were changed make a difference.
    return { command: 'UPDATE', rowCount: affected, rows }
  }
  return { query: ask as PostgresPoolClient['query'], release }
}
