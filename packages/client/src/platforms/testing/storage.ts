/** Records in memory, which can be copied, put back and made unreadable. */
import type { RecordStore } from '../../ports.ts'

/** All records of one moment. */
export type StorageSnapshot = ReadonlyMap<string, string>

export type VirtualStorage = RecordStore & {
  snapshot(): StorageSnapshot
  restore(snapshot: StorageSnapshot): void
  /** The next `times` reads fail. */
  failReads(times: number): void
  /** The next `times` writes fail and change nothing: the moment before a crash. */
  failWrites(times: number): void
}

export function virtualStorage(): VirtualStorage {
  let records = new Map<string, string>()
  let reads = 0
  let writes = 0
  function write(act: () => void): void {
    if (writes > 0) {
      writes--
      throw new Error('the storage is full')
    }
    act()
  }
  return {
    async get(name: string): Promise<string | null> {
      if (reads > 0) {
        reads--
        throw new Error('the storage cannot be read')
      }
      return records.get(name) ?? null
    },
    async put(name: string, value: string): Promise<void> {
      write(() => records.set(name, value))
    },
    async delete(name: string): Promise<void> {
      write(() => records.delete(name))
    },
    snapshot: (): StorageSnapshot => new Map(records),
    restore(snapshot: StorageSnapshot): void {
      records = new Map(snapshot)
    },
    failReads(times: number): void {
      reads = times
    },
    failWrites(times: number): void {
      writes = times
    },
  }
}
