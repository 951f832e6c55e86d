import { type RawBuilder, sql } from 'kysely'
import type { RepeatRecord } from '../../store.ts'
import type { Database } from './schema.ts'

/**
 * `insert` of one row. With `when`, the name of an earlier step of the same statement, it happens only if that step
 * yielded a row: so an act that several things hang on is one statement, all or nothing.
 * The row travels as one JSON parameter and takes its column types from the table.
 */
export function insertRow<Table extends keyof Database>(
  table: Table,
  row: Partial<Record<keyof Database[Table], unknown>>,
  when?: string,
): RawBuilder<Record<string, unknown>> {
  const columns = Object.keys(row)
  const source = when === undefined ? sql`` : sql`${sql.table(when)}, `
  return sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(columns.map((column) => sql.ref(`given.${column}`)))}
    from ${source}jsonb_populate_record(null::${sql.table(table)}, ${JSON.stringify(columnsOf(row))}::jsonb) as given`
}

/** Makes a raw statement a step of a larger one: `.with('noted', step(insertRow(…)))`. */
export function step<Row extends object>(statement: RawBuilder<Row>): () => RawBuilder<Row> {
  return () => sql`(${statement})`
}

/** Keeps the answer; a leftover of the same hash has expired, or the act that led here would not have happened. */
export function keepRepeat(repeat: RepeatRecord, when?: string): RawBuilder<Record<string, unknown>> {
  return sql`${insertRow('repeat', repeat, when)} on conflict (request_hash)
    do update set sealed_answer = excluded.sealed_answer, expires_at = excluded.expires_at`
}

/** Top-level names become column names; nested objects stay as they are. */
export function columnsOf(row: object): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return Object.fromEntries(entries)
}
