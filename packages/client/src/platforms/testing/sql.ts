/** Databases in memory, encrypted as on a disk, which can be copied, put back and changed. */
import { HoldfastError } from '@holdfast/core'
import type { SqlDatabase, SqlPort } from '../../ports.ts'
import { nodeSqlite } from '../node/sql.ts'
import { openEngine, sqlError } from '../sqlite/engine.ts'
import { promised } from '../sqlite/promised.ts'
import type { SyncFile } from '../sqlite/vfs.ts'

/** The files of one moment: of each database its own, and its journal. */
export type SqlSnapshot = ReadonlyMap<string, { readonly main: Uint8Array; readonly journal: Uint8Array }>

export type VirtualSql = SqlPort & {
  snapshot(): SqlSnapshot
  /** Not while one is open. */
  restore(snapshot: SqlSnapshot): void
}

export type MemoryFile = SyncFile & { bytes: Uint8Array }

export function memoryFile(first: Uint8Array = new Uint8Array(0)): MemoryFile {
  return {
    bytes: new Uint8Array(first),
    read(into: Uint8Array, { at }: { readonly at: number }): number {
      const found = this.bytes.subarray(at, at + into.length)
      into.set(found)
      return found.length
    },
    write(from: Uint8Array, { at }: { readonly at: number }): number {
      if (at + from.length > this.bytes.length) this.truncate(at + from.length)
      this.bytes.set(from, at)
      return from.length
    },
    truncate(size: number): void {
      const next = new Uint8Array(size)
      next.set(this.bytes.subarray(0, size))
      this.bytes = next
    },
    flush: () => undefined,
    getSize(): number {
      return this.bytes.length
    },
    close: () => undefined,
  }
}

export function virtualSql(): VirtualSql {
  const disk = new Map<string, { readonly main: MemoryFile; readonly journal: MemoryFile }>()
  const opened = new Set<string>()

  function checkClosed(name: string): void {
    if (opened.has(name)) throw new HoldfastError('vault_unavailable')
  }

  return {
    async open(name: string, key: Uint8Array): Promise<SqlDatabase> {
      checkClosed(name)
      opened.add(name)
      try {
        const files = disk.get(name) ?? { main: memoryFile(), journal: memoryFile() }
        disk.set(name, files)
        return promised(openEngine(await nodeSqlite(), files, key), async () => void opened.delete(name))
      } catch (error) {
        opened.delete(name)
        throw sqlError(error)
      }
    },
    exists: async (name: string) => (disk.get(name)?.main.getSize() ?? 0) > 0,
    async remove(name: string): Promise<void> {
      checkClosed(name)
      disk.delete(name)
    },
    snapshot: () =>
      new Map(
        [...disk].map(([name, { main, journal }]) => [
          name,
          { main: main.bytes.slice(), journal: journal.bytes.slice() },
        ]),
      ),
    restore(snapshot: SqlSnapshot): void {
      for (const name of opened) checkClosed(name)
      disk.clear()
      for (const [name, { main, journal }] of snapshot)
        disk.set(name, { main: memoryFile(main), journal: memoryFile(journal) })
    },
  }
}
