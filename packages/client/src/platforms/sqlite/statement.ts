/** Values on their way into a prepared statement and out of it. */
import { fromUtf8, utf8 } from '@holdfast/core'
import type { SqlRow, SqlValue } from '../../ports.ts'
import type { Sqlite } from './sqlite.ts'

const rowReady = 100
const done = 101
/** SQLITE_TRANSIENT: SQLite takes a copy at once. */
const takeCopy = -1

function bindInteger({ c }: Sqlite, stmt: number, i: number, value: bigint): number {
  if (BigInt.asIntN(64, value) !== value) throw new TypeError('SQL integers have 64 bits')
  return c.bind_int64(stmt, i, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)))
}

/** Gives SQLite's result code. TypeError for what SQL has no value for. */
export function bind(sqlite: Sqlite, stmt: number, i: number, value: SqlValue): number {
  const { c, lend } = sqlite
  if (value === null) return c.bind_null(stmt, i)
  if (value instanceof Uint8Array)
    return lend(value, (blob) => c.bind_blob(stmt, i, blob, value.length, takeCopy))
  if (typeof value === 'string') {
    const text = utf8(value)
    return lend(text, (pointer) => c.bind_text(stmt, i, pointer, text.length, takeCopy))
  }
  if (typeof value === 'bigint') return bindInteger(sqlite, stmt, i, value)
  if (typeof value !== 'number') throw new TypeError('SQL takes text, numbers, bytes and null')
  return Number.isSafeInteger(value)
    ? bindInteger(sqlite, stmt, i, BigInt(value))
    : c.bind_double(stmt, i, value)
}

function integerAt({ c, upperHalf }: Sqlite, stmt: number, i: number): number | bigint {
  const low = c.column_int64(stmt, i) >>> 0
  const integer = (BigInt(upperHalf() | 0) << 32n) | BigInt(low)
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}

function valueAt(sqlite: Sqlite, stmt: number, i: number): SqlValue {
  const { c, bytesAt } = sqlite
  switch (c.column_type(stmt, i)) {
    case 1:
      return integerAt(sqlite, stmt, i)
    case 2:
      return c.column_double(stmt, i)
    case 3:
      // By its length: text may hold NUL.
      return fromUtf8(bytesAt(c.column_text(stmt, i), c.column_bytes(stmt, i)))
    case 4:
      return bytesAt(c.column_blob(stmt, i), c.column_bytes(stmt, i))
    default:
      return null
  }
}

/** Runs it to its end. `failed` says what a result code means. */
export function rowsOf(sqlite: Sqlite, stmt: number, failed: (result: number) => Error): SqlRow[] {
  const { c, textAt } = sqlite
  const rows: SqlRow[] = []
  const names = Array.from({ length: c.column_count(stmt) }, (_, i) => textAt(c.column_name(stmt, i)))
  for (;;) {
    const result = c.step(stmt)
    if (result === done) return rows
    if (result !== rowReady) throw failed(result)
    rows.push(Object.fromEntries(names.map((name, i) => [name, valueAt(sqlite, stmt, i)])))
  }
}
