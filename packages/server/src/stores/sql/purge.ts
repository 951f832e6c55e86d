import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

const batch = 5000

type End = 'expiresAt' | 'endsAt' | 'keepUntil'
type Expiring = {
  [Table in keyof Database]: Extract<keyof Database[Table], End> extends never ? never : Table
}[keyof Database]

/**
 * Deletes what has expired, a batch at a time so that no statement runs long. Rows another node holds are left to the next
 * round: nodes that purge together neither wait for nor deadlock with one another.
 */
export async function purgeTable(
  db: Kysely<Database>,
  table: Expiring,
  column: End,
  now: number,
): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where ${sql.ref(column)} <= ${now}
        limit ${batch} for update skip locked
      ))`.execute(db)
    if (numAffectedRows < batch) return
  }
}
