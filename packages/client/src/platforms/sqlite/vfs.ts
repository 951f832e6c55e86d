/**
 * The one VFS of all our SQLite: a database is two files (its own and the rollback journal), both opened beforehand, so that every
 * call of SQLite's can be answered at once. SQLite may open nothing else: temporary data stay in memory.
 */
import { isFull } from '../../vault-error.ts'

/** A file as the web's `FileSystemSyncAccessHandle` has it. Opened for one user alone: the lock is in the opening. */
export interface SyncFile {
  read(into: Uint8Array, place: { readonly at: number }): number
  write(from: Uint8Array, place: { readonly at: number }): number
  truncate(size: number): void
  /** Returns when the content is durable. */
  flush(): void
  getSize(): number
  close(): void
}

export type DatabaseFiles = { readonly main: SyncFile; readonly journal: SyncFile }

/** The names SQLite knows the two files by, wherever they lie. */
export const mainName = '/vault'
const journalName = '/vault-journal'

/** What this file needs of the WebAssembly module. */
export type WasmMemory = {
  readonly HEAPU8: Uint8Array
  UTF8ToString(pointer: number): string
}

const code = {
  ok: 0,
  ioerr: 10,
  notFound: 12,
  full: 13,
  cantOpen: 14,
  shortRead: 522,
} as const

const unixEpochInJulianMs = 210_866_760_000_000n

/** Offsets come as two signed 32-bit halves. */
function offsetOf(low: number, high: number): number {
  return high * 0x1_0000_0000 + (low >>> 0)
}

/** In the shape the module's `vfs_register` wants: it looks at the methods' names. Locks are no-ops, see {@link SyncFile}. */
export type Vfs = {
  readonly name: string
  readonly mxPathname: number
  hasAsyncMethod(name: string): boolean
}

export function createVfs(name: string, memory: WasmMemory, { main, journal }: DatabaseFiles): Vfs {
  const opened = new Map<number, SyncFile>()

  const bytes = (pointer: number, length: number): Uint8Array =>
    memory.HEAPU8.subarray(pointer, pointer + length)
  const view = (pointer: number): DataView => new DataView(memory.HEAPU8.buffer, pointer)
  const byName = (pointer: number): SyncFile | undefined => {
    const path = pointer === 0 ? null : memory.UTF8ToString(pointer)
    return path === mainName ? main : path === journalName ? journal : undefined
  }
  function attempt(act: () => number | void): number {
    try {
      return act() ?? code.ok
    } catch (error) {
      return isFull(error) ? code.full : code.ioerr
    }
  }
  const withFile = (pointer: number, act: (file: SyncFile) => number | void): number =>
    attempt(() => {
      const file = opened.get(pointer)
      return file === undefined ? code.ioerr : act(file)
    })

  const methods = {
    xOpen(_vfs: number, zName: number, pFile: number, flags: number, pOutFlags: number): number {
      const file = byName(zName)
      if (file === undefined) return code.cantOpen
      opened.set(pFile, file)
      if (pOutFlags !== 0) view(pOutFlags).setInt32(0, flags, true)
      return code.ok
    },
    /** The files stay, empty: for SQLite that is the same, and nothing need be opened anew. */
    xDelete: (_vfs: number, zName: number): number =>
      attempt(() => {
        const file = byName(zName)
        file?.truncate(0)
        file?.flush()
      }),
    xAccess: (_vfs: number, zName: number, _flags: number, pResult: number): number =>
      attempt(() => view(pResult).setInt32(0, (byName(zName)?.getSize() ?? 0) > 0 ? 1 : 0, true)),
    xFullPathname(_vfs: number, zName: number, length: number, zOut: number): number {
      const path = new TextEncoder().encode(memory.UTF8ToString(zName))
      if (path.length >= length) return code.cantOpen
      bytes(zOut, length).set([...path, 0])
      return code.ok
    },
    /** Salts, nonces and ROWIDs come from here. */
    xRandomness(_vfs: number, length: number, pOut: number): number {
      bytes(pOut, length).set(crypto.getRandomValues(new Uint8Array(length)))
      return length
    },
    xCurrentTimeInt64(_vfs: number, pTime: number): number {
      view(pTime).setBigInt64(0, unixEpochInJulianMs + BigInt(Date.now()), true)
      return code.ok
    },
    xClose(pFile: number): number {
      opened.delete(pFile)
      return code.ok
    },
    xRead: (pFile: number, pData: number, length: number, low: number, high: number): number =>
      withFile(pFile, (file) => {
        const into = bytes(pData, length)
        const got = file.read(into, { at: offsetOf(low, high) })
        into.fill(0, got)
        return got === length ? code.ok : code.shortRead
      }),
    xWrite: (pFile: number, pData: number, length: number, low: number, high: number): number =>
      withFile(pFile, (file) =>
        file.write(bytes(pData, length), { at: offsetOf(low, high) }) === length ? code.ok : code.full,
      ),
    xTruncate: (pFile: number, low: number, high: number): number =>
      withFile(pFile, (file) => file.truncate(offsetOf(low, high))),
    xSync: (pFile: number): number => withFile(pFile, (file) => file.flush()),
    xFileSize: (pFile: number, pSize: number): number =>
      withFile(pFile, (file) => view(pSize).setBigInt64(0, BigInt(file.getSize()), true)),
    xLock: (): number => code.ok,
    xUnlock: (): number => code.ok,
    xCheckReservedLock(_pFile: number, pResult: number): number {
      view(pResult).setInt32(0, 0, true)
      return code.ok
    },
    xFileControl: (): number => code.notFound,
    // Never that of a page (4096): the cipher would take the journal's header for a page, and no transaction could be taken back.
    xSectorSize: (): number => 512,
    xDeviceCharacteristics: (): number => 0,
  }
  return { name, mxPathname: 64, hasAsyncMethod: () => false, ...methods }
}
