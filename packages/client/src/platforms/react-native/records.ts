/** Small named texts in a plain database of op-sqlite: the only store of the packages used that says when something is on the disk. */
import type { RecordStore } from '../../ports.ts'
import { type Database, openDatabase, settings } from './database.ts'
import type { Folder } from './folder.ts'
import type { SqliteModule } from './modules.ts'

export function sqliteRecords(sqlite: SqliteModule, folder: Folder): RecordStore {
  let opened: Promise<Database> | null = null

  async function open(): Promise<Database> {
    const database = openDatabase(sqlite, { name: 'records.db', location: folder.path() })
    for (const setting of settings) await database.run(`PRAGMA ${setting}`)
    await database.run('CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, value TEXT NOT NULL)')
    return database
  }
  function records(): Promise<Database> {
    opened ??= open().catch((error: unknown) => {
      // Another attempt may find the storage readable.
      opened = null
      throw error
    })
    return opened
  }

  return {
    async get(name: string): Promise<string | null> {
      const [row] = await (await records()).run('SELECT value FROM records WHERE name = ?', [name])
      if (row === undefined) return null
      if (typeof row['value'] !== 'string') throw new TypeError('this record is no text')
      return row['value']
    },
    async put(name: string, value: string): Promise<void> {
      await (await records()).run('INSERT OR REPLACE INTO records (name, value) VALUES (?, ?)', [name, value])
    },
    async delete(name: string): Promise<void> {
      await (await records()).run('DELETE FROM records WHERE name = ?', [name])
    },
    async list(prefix: string): Promise<string[]> {
      const rows = await (await records()).run('SELECT name FROM records')
      return rows.map(({ name }) => name as string).filter((name) => name.startsWith(prefix))
    },
  }
}
