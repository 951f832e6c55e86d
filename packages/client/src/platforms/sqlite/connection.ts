/** One connection to one database. */
import type { SqlRow, SqlValue } from '../../ports.ts'
import { type Sqlite, SqliteError } from './sqlite.ts'
import { bind, rowsOf } from './statement.ts'

const readWrite = 0x2
const create = 0x4

export type Connection = {
  /** One statement. TypeError when the text holds none or several, or the parameters do not fit. */
  run(sql: string, parameters?: readonly SqlValue[]): SqlRow[]
  inTransaction(): boolean
  close(): void
}

function open({ c, lend, lendText, pointerAt }: Sqlite, path: string, vfs: string): number {
  return lend(new Uint8Array(4), (ppDb) => {
    const result = lendText(path, (zPath) =>
      lendText(vfs, (zVfs) => c.open_v2(zPath, ppDb, readWrite | create, zVfs)),
    )
    const db = pointerAt(ppDb)
    if (result === 0) return db
    c.close_v2(db)
    throw new SqliteError(result, 'the database cannot be opened')
  })
}

export function connect(sqlite: Sqlite, path: string, vfs: string): Connection {
  const { c, lend, lendText, pointerAt, textAt } = sqlite
  const db = open(sqlite, path, vfs)
  const failed = (result: number): SqliteError => new SqliteError(result & 0xff, textAt(c.errmsg(db)))
  function check(result: number): void {
    if (result !== 0) throw failed(result)
  }

  /** The statement at the beginning of the text (0: none) and where the rest begins. */
  function prepareAt(zSql: number): { readonly stmt: number; readonly tail: number } {
    return lend(new Uint8Array(8), (pointers) => {
      check(c.prepare_v2(db, zSql, -1, pointers, pointers + 4))
      return { stmt: pointerAt(pointers), tail: pointerAt(pointers + 4) }
    })
  }
  function prepare(sql: string): number {
    if (sql.includes('\0')) throw new TypeError('SQL holds no NUL')
    return lendText(sql, (zSql) => {
      const { stmt, tail } = prepareAt(zSql)
      if (stmt === 0) throw new TypeError('there is no statement in this SQL')
      try {
        const second = prepareAt(tail).stmt
        c.finalize(second)
        if (second !== 0) throw new TypeError('one statement at a time; a batch takes several')
      } catch (error) {
        c.finalize(stmt)
        throw error
      }
      return stmt
    })
  }

  return {
    run(sql: string, parameters: readonly SqlValue[] = []): SqlRow[] {
      const stmt = prepare(sql)
      try {
        const wanted = c.bind_parameter_count(stmt)
        if (wanted !== parameters.length)
          throw new TypeError(`this statement takes ${wanted} parameters, not ${parameters.length}`)
        parameters.forEach((value, i) => check(bind(sqlite, stmt, i + 1, value)))
        return rowsOf(sqlite, stmt, failed)
      } finally {
        c.finalize(stmt)
      }
    },
    inTransaction: () => c.get_autocommit(db) === 0,
    close(): void {
      c.close_v2(db)
    },
  }
}
