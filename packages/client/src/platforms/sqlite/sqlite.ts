/** The compiled SQLite: its C functions, and its memory. Every call is synchronous: the VFS has its files open already. */
import { utf8 } from '@holdfast/core'
import type { Vfs, WasmMemory } from './vfs.ts'

/** The functions used; their names and meanings are those of sqlite.org/c3ref. Pointers and handles are numbers, and so is every result. */
const functionNames = [
  'open_v2',
  'close_v2',
  'errmsg',
  'get_autocommit',
  'prepare_v2',
  'step',
  'finalize',
  'bind_parameter_count',
  'bind_null',
  'bind_double',
  'bind_int64',
  'bind_text',
  'bind_blob',
  'column_count',
  'column_name',
  'column_type',
  'column_int64',
  'column_double',
  'column_text',
  'column_blob',
  'column_bytes',
] as const
type Callable = (...args: number[]) => number
type Functions = Readonly<Record<(typeof functionNames)[number] | 'malloc' | 'free', Callable>>

/** The compiled module: of the functions above each as `_sqlite3_…`, and `_malloc`, `_free`. */
export type SqliteModule = WasmMemory & {
  vfs_register(vfs: Vfs, makeDefault: boolean): number
  getTempRet0(): number
  getValue(pointer: number, type: '*'): number
}

function functionsOf(sqlite: SqliteModule): Functions {
  const exported = sqlite as unknown as Readonly<Record<string, Callable>>
  const own = functionNames.map((name) => [name, exported[`_sqlite3_${name}`]] as const)
  return Object.fromEntries([
    ...own,
    ['malloc', exported['_malloc']],
    ['free', exported['_free']],
  ]) as Functions
}

/** SQLite's own result code (sqlite.org/rescode.html) and words. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export type Sqlite = {
  readonly c: Functions
  /** Lends bytes for one call and leaves none of them behind: they may be a key. */
  readonly lend: <Result>(bytes: Uint8Array, use: (pointer: number) => Result) => Result
  /** As UTF-8 with the NUL C wants. */
  readonly lendText: <Result>(text: string, use: (pointer: number) => Result) => Result
  /** The text there, to its NUL. */
  readonly textAt: (pointer: number) => string
  /** A copy. */
  readonly bytesAt: (pointer: number, length: number) => Uint8Array
  readonly pointerAt: (pointer: number) => number
  /** After a function whose result has 64 bits: the upper half. */
  readonly upperHalf: () => number
}

export function sqliteOf(sqlite: SqliteModule): Sqlite {
  const c = functionsOf(sqlite)
  function lend<Result>(bytes: Uint8Array, use: (pointer: number) => Result): Result {
    const pointer = c.malloc(Math.max(bytes.length, 1))
    sqlite.HEAPU8.set(bytes, pointer)
    try {
      return use(pointer)
    } finally {
      sqlite.HEAPU8.fill(0, pointer, pointer + bytes.length)
      c.free(pointer)
    }
  }
  return {
    c,
    lend,
    lendText: (text, use) => lend(utf8(`${text}\0`), use),
    textAt: (pointer) => sqlite.UTF8ToString(pointer),
    bytesAt: (pointer, length) => sqlite.HEAPU8.slice(pointer, pointer + length),
    pointerAt: (pointer) => sqlite.getValue(pointer, '*'),
    upperHalf: () => sqlite.getTempRet0(),
  }
}
