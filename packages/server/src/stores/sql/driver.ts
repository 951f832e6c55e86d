import {
  CamelCasePlugin,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import { HoldfastError } from '@holdfast/core'
import type { Database } from './schema.ts'

/** One connection lent to one transaction or statement at a time. */
export type Connection = {
  query(text: string, values: readonly unknown[]): Promise<{ rows: unknown[]; affected: number | undefined }>
  release(): void
}

/** What differs between PostgreSQL over a socket and PGlite in this process. */
export type Connections = { acquire(): Promise<Connection>; close(): Promise<void> }

/** Kysely over them. Close the connections, not this: then later acts are refused like any that find no database. */
export function openDatabase(connections: Connections): Kysely<Database> {
  return new Kysely<Database>({
    dialect: {
      createDriver: () => driverOver(connections),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}

function driverOver(connections: Connections): Driver {
  const lent = new WeakMap<DatabaseConnection, Connection>()

  const run = (connection: DatabaseConnection, text: string) =>
    refusingAsUnavailable(() => connectionOf(connection).query(text, []))
  function connectionOf(connection: DatabaseConnection): Connection {
    const own = lent.get(connection)
    if (!own) throw new TypeError('the connection is not of this driver')
    return own
  }

  return {
    async init() {},
    async acquireConnection() {
      const connection = await refusingAsUnavailable(() => connections.acquire())
      const handle = kyselyConnection(connection)
      lent.set(handle, connection)
      return handle
    },
    async beginTransaction(connection) {
      await run(connection, 'begin')
    },
    async commitTransaction(connection) {
      await run(connection, 'commit')
    },
    async rollbackTransaction(connection) {
      await run(connection, 'rollback')
    },
    async releaseConnection(connection) {
      connectionOf(connection).release()
    },
    async destroy() {
      await connections.close()
    },
  }
}

function kyselyConnection(connection: Connection): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, affected } = await refusingAsUnavailable(() =>
        connection.query(query.sql, query.parameters),
      )
      // The row type was derived from the query by Kysely; the database is the only one who fills it.
      return {
        rows: rows as Row[],
        ...(affected === undefined ? {} : { numAffectedRows: BigInt(affected) }),
      }
    },
    streamQuery(): never {
      throw new TypeError('this store does not stream')
    },
  }
}

/**
 * Refusals that a database gives because of its state, by class or code of SQLSTATE (PostgreSQL, appendix A):
 * connection, transaction rolled back by a deadlock, out of resources, lock not available, shutting down or cancelled, read only.
 */
const unavailable = /^(08|40|53|57|55P03|25006)/

/** Runs `act`; what fails for want of a database becomes `store_unavailable`, what the database refused as wrong stays as it is. */
export async function refusingAsUnavailable<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof HoldfastError || (fromDatabase(error) && !unavailable.test(error.code))) throw error
    throw new HoldfastError('store_unavailable', { cause: error })
  }
}

/** Both drivers mark what the server itself said by a severity. */
function fromDatabase(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}
