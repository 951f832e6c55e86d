/** Records in IndexedDB. They are readable from the disk, and the browser may remove all of them at once. */
import type { RecordStore } from '../../ports.ts'
import type { Database } from './database.ts'

export function indexedStorage(database: Database): RecordStore {
  return {
    async get(name: string): Promise<string | null> {
      const value = await database.get('records', name)
      if (value === undefined) return null
      if (typeof value !== 'string') throw new TypeError('not a record of ours')
      return value
    },
    put: (name: string, value: string): Promise<void> => database.update('records', name, () => value),
    delete: (name: string): Promise<void> => database.delete('records', name),
    async list(prefix: string): Promise<string[]> {
      return (await database.names('records')).filter((name) => name.startsWith(prefix))
    },
  }
}
