/** A database in the SQLCipher 4 format (raw key, AES-256-CBC with HMAC-SHA-512 of every page), on SQLite3 Multiple Ciphers. */
import { HoldfastError } from '@holdfast/core'
import type { SqlRow, SqlValue } from '../../ports.ts'
import { vaultError } from '../../vault-error.ts'
import { type Connection, connect } from './connection.ts'
import { SqliteError, type SqliteModule, sqliteOf } from './sqlite.ts'
import { createVfs, type DatabaseFiles, mainName } from './vfs.ts'

export type SqlStatement = readonly [sql: string, parameters?: readonly SqlValue[]]

/** As the port's `SqlDatabase`, but at once. Throws {@link SqliteError} and TypeError; {@link sqlError} says what they mean. */
export type SqlEngine = {
  exec(sql: string, parameters?: readonly SqlValue[]): SqlRow[]
  batch(statements: readonly SqlStatement[]): SqlRow[][]
  rekey(key: Uint8Array): void
  close(): void
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function rawKey(key: Uint8Array, salt: Uint8Array = new Uint8Array(0)): string {
  if (key.length !== 32) throw new TypeError('a key has 32 bytes')
  return `"x'${hex(key)}${hex(salt)}'"`
}

/** The file begins with it; it feeds the key of the pages' HMAC. */
function saltOf({ main }: DatabaseFiles): Uint8Array {
  const salt = new Uint8Array(16)
  return salt.subarray(0, main.read(salt, { at: 0 }))
}

/**
 * Set for every connection. One user alone, so what was read once need not be read again; temporary data never touch the disk; a
 * commit is on the disk when it returns.
 */
const settings = [
  'temp_store = memory',
  'locking_mode = exclusive',
  'journal_mode = truncate',
  'synchronous = extra',
  'trusted_schema = off',
  'foreign_keys = on',
]

/**
 * `sqlite` is a module of its own for this database: nothing of another's lies in its memory. Takes the files over: they are closed
 * with the engine, and also when this throws.
 */
export function openEngine(sqlite: SqliteModule, files: DatabaseFiles, key: Uint8Array): SqlEngine {
  function closeFiles(): void {
    files.journal.close()
    files.main.close()
  }
  try {
    sqlite.vfs_register(createVfs('holdfast', sqlite, files), false)
    // The prefix puts encryption between SQLite and the VFS.
    const connection = connect(sqliteOf(sqlite), mainName, 'multipleciphers-holdfast')
    try {
      connection.run("PRAGMA cipher = 'sqlcipher'")
      connection.run('PRAGMA legacy = 4')
      connection.run(`PRAGMA key = ${rawKey(key)}`)
      for (const setting of settings) connection.run(`PRAGMA ${setting}`)
      // The first page is read and authenticated here, and a journal left by a crash is played back.
      connection.run('SELECT count(*) FROM sqlite_schema')
    } catch (error) {
      connection.close()
      throw error
    }
    return engine(connection, files, closeFiles)
  } catch (error) {
    closeFiles()
    throw error
  }
}

function engine(connection: Connection, files: DatabaseFiles, closeFiles: () => void): SqlEngine {
  return {
    exec: (sql, parameters) => connection.run(sql, parameters),
    batch(statements) {
      connection.run('BEGIN IMMEDIATE')
      try {
        const rows = statements.map(([sql, parameters]) => connection.run(sql, parameters))
        connection.run('COMMIT')
        return rows
      } catch (error) {
        // SQLite itself takes back what failed for want of room.
        if (connection.inTransaction()) connection.run('ROLLBACK')
        throw error
      }
    },
    rekey(key) {
      // Under the same salt: after a crash the journal has to open under the old key, and that takes the salt of the file as it is then.
      connection.run(`PRAGMA rekey = ${rawKey(key, saltOf(files))}`)
    },
    close() {
      connection.close()
      closeFiles()
    },
  }
}

const meanings: Readonly<Record<number, 'vault_damaged' | 'storage_full' | 'misuse'>> = {
  1: 'misuse',
  11: 'vault_damaged',
  13: 'storage_full',
  18: 'misuse',
  19: 'misuse',
  20: 'misuse',
  21: 'misuse',
  23: 'misuse',
  25: 'misuse',
  26: 'vault_damaged',
}

/** What the port promises for whatever an engine, or the opening of its files, threw. */
export function sqlError(error: unknown): Error {
  if (error instanceof TypeError) return error
  if (!(error instanceof SqliteError)) return vaultError(error)
  const meaning = meanings[error.code]
  // SQL that is wrong, or that a constraint refused: the app's own affair, in SQLite's words.
  if (meaning === 'misuse') return new TypeError(error.message, { cause: error })
  return new HoldfastError(meaning ?? 'vault_unavailable', { cause: error })
}
