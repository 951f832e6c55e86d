/** Records in memory, which can be copied, put back and made unreadable. */
import type { RecordStore } from '../../ports.ts'

/** All records of one moment. */
export type StorageSnapshot = ReadonlyMap<string, string>

export type VirtualStorage = RecordStore & {
  snapshot(): StorageSnapshot
  restore(snapshot: StorageSnapshot): void
  /** The next `times` reads fail. */
  failReads(times: number): void
  /** When `after` more have gone well, the next `times` writes fail and change nothing: the moment before a crash. */
  failWrites(times: number, after?: number): void
  /** How many went well so far. */
  readonly writes: number
}

export function virtualStorage(): VirtualStorage {
  let records = new Map<string, string>()
  let reads = 0
  let failures = 0
  let spared = 0
  let written = 0
  function read(): void {
    if (reads > 0) {
      reads--
      throw new Error('the storage cannot be read')
    }
  }
  function write(act: () => void): void {
    if (spared > 0) spared--
    else if (failures > 0) {
      failures--
      throw new Error('the storage is full')
    }
    written++
    act()
  }
  return {
    async get(name: string): Promise<string | null> {
      read()
      return records.get(name) ?? null
    },
    async put(name: string, value: string): Promise<void> {
      write(() => records.set(name, value))
    },
    async delete(name: string): Promise<void> {
      write(() => records.delete(name))
    },
    async list(prefix: string): Promise<string[]> {
      read()
      return [...records.keys()].filter((name) => name.startsWith(prefix))
    },
    snapshot: (): StorageSnapshot => new Map(records),
    restore(snapshot: StorageSnapshot): void {
      records = new Map(snapshot)
    },
    failReads(times: number): void {
      reads = times
    },
    failWrites(times: number, after = 0): void {
      failures = times
      spared = after
    },
    get writes(): number {
      return written
    },
  }
}
