/** Databases of SQLCipher 4 by op-sqlite, each under a raw key. */
import { HoldfastError } from '@holdfast/core'
import type { SqlDatabase, SqlPort, SqlRow } from '../../ports.ts'
import { type Database, openDatabase, settings } from './database.ts'
import type { Folder } from './folder.ts'
import type { SqliteModule } from './modules.ts'

function rawKey(key: Uint8Array): string {
  if (key.length !== 32) throw new TypeError('a key has 32 bytes')
  return `x'${Array.from(key, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
}

function databaseOf(database: Database, closed: () => void): SqlDatabase {
  return {
    exec: (sql, parameters) => database.run(sql, parameters),
    batch: (statements) =>
      database.alone(async (run) => {
        await run('BEGIN IMMEDIATE')
        try {
          const rows: SqlRow[][] = []
          for (const [sql, parameters] of statements) rows.push(await run(sql, parameters))
          await run('COMMIT')
          return rows
        } catch (error) {
          // SQLite itself takes back what failed for want of room.
          await run('ROLLBACK').catch(() => undefined)
          throw error
        }
      }),
    async rekey(key: Uint8Array): Promise<void> {
      const statement = `PRAGMA rekey = "${rawKey(key)}"`
      await database.run(statement).catch(() => {
        // Without its cause, which may quote the statement.
        throw new HoldfastError('vault_unavailable')
      })
    },
    close: () => database.close().finally(closed),
  }
}

/** SQLite's own lock on the file, held until it is closed: it keeps out other processes, too. */
const alone = [
  'PRAGMA locking_mode = exclusive',
  'PRAGMA journal_mode = truncate',
  'BEGIN EXCLUSIVE',
  'COMMIT',
]

/** Paths open now. */
const inUse = new Set<string>()

function useOf(path: string): () => void {
  if (inUse.has(path)) throw new HoldfastError('vault_unavailable')
  inUse.add(path)
  return () => inUse.delete(path)
}

/** Null when op-sqlite was built without SQLCipher: it would take the key and write plain text. */
export function sqlcipher(sqlite: SqliteModule, folder: Folder): SqlPort | null {
  if (!sqlite.isSQLCipher()) return null
  const fileOf = (name: string): string => `${folder.nameOf(name)}.db`

  async function prepared(database: Database): Promise<void> {
    // The first page is read and authenticated here, and a journal left by a crash is played back.
    await database.run('SELECT count(*) FROM sqlite_master')
    for (const setting of settings) await database.run(`PRAGMA ${setting}`)
    for (const statement of alone) await database.run(statement)
  }

  return {
    async open(name: string, key: Uint8Array): Promise<SqlDatabase> {
      const options = { name: fileOf(name), location: folder.path(), encryptionKey: rawKey(key) }
      const release = useOf(options.location + options.name)
      let database: Database | null = null
      try {
        database = openDatabase(sqlite, options)
        await prepared(database)
        return databaseOf(database, release)
      } catch (error) {
        await database?.close().catch(() => undefined)
        release()
        throw error
      }
    },
    exists: async (name: string) => folder.file(fileOf(name)).exists,
    async remove(name: string): Promise<void> {
      const release = useOf(folder.path() + fileOf(name))
      try {
        // The journals last: alone they are nothing, and without them the database may not be what it was.
        for (const end of ['', '-journal', '-wal', '-shm']) folder.remove(fileOf(name) + end)
      } finally {
        release()
      }
    },
  }
}
