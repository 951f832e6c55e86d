/** One database of op-sqlite: calls one after another, values of the port, errors of the port. */
import { HoldfastError } from '@holdfast/core'
import type { SqlRow, SqlValue } from '../../ports.ts'
import type { SqliteHandle, SqliteModule, SqliteResult, SqliteValue } from './modules.ts'

/** SQLite's own words for its result codes (sqlite.org/rescode.html), which op-sqlite passes on. */
const damaged = /file is not a database|malformed/i
const full = /database or disk is full/i
const misuse =
  /constraint failed|syntax error|incomplete input|no such |no column|already exists|mismatch|may not be|values for|values were supplied|range/i

/** What the port promises for whatever op-sqlite threw. */
export function sqlError(error: unknown): Error {
  if (error instanceof HoldfastError || error instanceof TypeError) return error
  const words = error instanceof Error ? error.message : ''
  if (damaged.test(words)) return new HoldfastError('vault_damaged', { cause: error })
  if (full.test(words)) return new HoldfastError('storage_full', { cause: error })
  // SQL that is wrong, or that a constraint refused: the app's own affair, in SQLite's words.
  if (misuse.test(words)) return new TypeError(words, { cause: error })
  return new HoldfastError('vault_unavailable', { cause: error })
}

function bound(value: SqlValue): SqliteValue {
  if (value instanceof Uint8Array) return new Uint8Array(value).buffer
  if (typeof value !== 'bigint') return value
  if (!Number.isSafeInteger(Number(value))) throw new TypeError('op-sqlite takes integers up to 2^53 only')
  return Number(value)
}

function read(value: SqliteResult): SqlValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
  return typeof value === 'boolean' ? Number(value) : value
}

export type Database = {
  run(sql: string, parameters?: readonly SqlValue[]): Promise<SqlRow[]>
  /** All of `act` before the next call, with the same `run`. */
  alone<Result>(act: (run: Database['run']) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export function openDatabase(sqlite: SqliteModule, options: Parameters<SqliteModule['open']>[0]): Database {
  let handle: SqliteHandle
  try {
    handle = sqlite.open(options)
  } catch (error) {
    throw sqlError(error)
  }
  let last: Promise<unknown> = Promise.resolve()
  const run: Database['run'] = async (sql, parameters = []) => {
    const { rows } = await handle.execute(sql, parameters.map(bound))
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, read(value)])),
    )
  }
  function alone<Result>(act: (run: Database['run']) => Promise<Result>): Promise<Result> {
    const turn = last.then(() => act(run))
    last = turn.catch(() => undefined)
    return turn.catch((error: unknown) => {
      throw sqlError(error)
    })
  }
  return {
    run: (sql, parameters) => alone(() => run(sql, parameters)),
    alone,
    close: () => alone(() => handle.closeAsync()),
  }
}

/** A commit is on the disk when it returns; `fullfsync` is what iOS wants for that. Temporary data stay in memory. */
export const settings: readonly string[] = [
  'temp_store = memory',
  'synchronous = extra',
  'fullfsync = on',
  'trusted_schema = off',
  'foreign_keys = on',
]
