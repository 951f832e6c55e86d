import type { Kysely, Transaction } from 'kysely'
import { isAnswered, Outage } from './database.ts'
import type { Database } from './schema.ts'

/** The database, or a transaction in it. */
export type Db = Kysely<Database>
export type Tx = Transaction<Database>

/** serialization_failure, deadlock_detected (PostgreSQL, appendix A): nothing was done, and the same again may well succeed. */
const retried = new Set(['40001', '40P01'])
const tries = 5

/** Runs `act` in one transaction: all of it or nothing. It may run again, so it does nothing but ask the database. */
export async function inTransaction<Result>(db: Db, act: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let left = tries - 1; ; left--) {
    try {
      return await db.transaction().execute(act)
    } catch (error) {
      if (left === 0 || !retried.has(codeOf(error) ?? '')) throw error
    }
  }
}

/** Whether the database refused what breaks the constraint of this name. */
export function isViolation(error: unknown, constraint: string): boolean {
  return codeOf(error)?.startsWith('23') === true && Reflect.get(error as Error, 'constraint') === constraint
}

/** Connection, rolled back, out of resources, lock not available, shutting down or cancelled, read only. */
const outage = /^(08|40|53|57|55P03|25006)/

/** Whether the database's state failed, and not what was asked of it. */
export function isOutage(error: unknown): boolean {
  return error instanceof Outage || outage.test(codeOf(error) ?? '')
}

/** SQLSTATE, where the server itself spoke. */
export function codeOf(error: unknown): string | null {
  return isAnswered(error) && 'code' in error && typeof error.code === 'string' ? error.code : null
}
