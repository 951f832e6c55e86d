/**
 * op-sqlite 18.2.5 over the SQLite of our other platforms: files of the same format, and SQLite's own words in its errors. As there, a
 * wrong key shows at the first statement.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { nodeSqlite } from '../../src/platforms/node/sql.ts'
import { openEngine, type SqlEngine } from '../../src/platforms/sqlite/engine.ts'
import type { SyncFile } from '../../src/platforms/sqlite/vfs.ts'
import type { SqliteModule, SqliteResult, SqliteValue } from '../../src/platforms/react-native/modules.ts'

function openFile(path: string): SyncFile {
  const fd = openSync(path, 'a+')
  const writing = openSync(path, 'r+')
  return {
    read: (into, { at }) => readSync(fd, into, 0, into.length, at),
    write: (from, { at }) => writeSync(writing, from, 0, from.length, at),
    truncate: (size) => ftruncateSync(writing, size),
    flush: () => fsyncSync(writing),
    getSize: () => fstatSync(fd).size,
    close(): void {
      closeSync(fd)
      closeSync(writing)
    },
  }
}

/** What came without a key: this SQLite knows encrypted files only. */
const plain = `x'${'00'.repeat(32)}'`

function keyOf(encryptionKey: string): Uint8Array {
  const [, hex] = /^x'([0-9a-f]{64})'$/.exec(encryptionKey) ?? []
  if (hex === undefined) throw new Error('a passphrase, where a raw key belongs')
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

const valueOf = (value: unknown): SqliteResult =>
  value instanceof Uint8Array
    ? new Uint8Array(value).buffer
    : typeof value === 'bigint'
      ? Number(value)
      : (value as SqliteResult)

/** Paths a connection keeps to itself, by the locks of SQLite. */
const exclusive = new Map<string, object>()

export const opSqlite: SqliteModule = {
  isSQLCipher: () => true,
  open({ name, location, encryptionKey = plain }) {
    const key = keyOf(encryptionKey)
    const path = `${location}/${name}`.replace('//', '/')
    const opening: Promise<SqlEngine> = nodeSqlite().then((sqlite) =>
      openEngine(sqlite, { main: openFile(path), journal: openFile(`${path}-journal`) }, key),
    )
    opening.catch(() => undefined)
    const connection = {}
    return {
      async execute(sql: string, parameters: SqliteValue[] = []) {
        try {
          if ((exclusive.get(path) ?? connection) !== connection) throw new Error('database is locked')
          if (sql === 'BEGIN EXCLUSIVE') exclusive.set(path, connection)
          const engine = await opening
          const bound = parameters.map((value) =>
            value instanceof ArrayBuffer ? new Uint8Array(value) : value,
          )
          const rows = engine.exec(sql, bound)
          return {
            rows: rows.map((row) =>
              Object.fromEntries(Object.entries(row).map(([column, value]) => [column, valueOf(value)])),
            ),
          }
        } catch (error) {
          throw new Error(`[op-sqlite] statement execution error: ${(error as Error).message}`, {
            cause: error,
          })
        }
      },
      async closeAsync() {
        const engine = await opening.catch(() => null)
        engine?.close()
        if (exclusive.get(path) === connection) exclusive.delete(path)
      },
    }
  },
}
