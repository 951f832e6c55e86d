/** Encrypted SQL in files, by the same SQLite as on the web: nothing is compiled at install, and the files are interchangeable. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { mkdir, readFile, realpath, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import createSqlite from '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs'
import type { SqlDatabase, SqlPort } from '../../ports.ts'
import { openEngine, sqlError } from '../sqlite/engine.ts'
import { promised } from '../sqlite/promised.ts'
import type { SqliteModule } from '../sqlite/sqlite.ts'
import type { DatabaseFiles, SyncFile } from '../sqlite/vfs.ts'
import { removeOwn, syncDirectory } from './file.ts'
import { lock } from './lock.ts'

function openFile(path: string): SyncFile {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  return {
    read: (into, { at }) => readSync(fd, into, 0, into.length, at),
    write: (from, { at }) => writeSync(fd, from, 0, from.length, at),
    truncate: (size) => ftruncateSync(fd, size),
    flush: () => fsyncSync(fd),
    getSize: () => fstatSync(fd).size,
    close: () => closeSync(fd),
  }
}

let compiled: Promise<WebAssembly.Module> | null = null

async function compile(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve('@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm')
  return WebAssembly.compile(new Uint8Array(await readFile(path)))
}

/** SQLite in a memory of its own. */
export async function nodeSqlite(): Promise<SqliteModule> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = null
    throw error
  })
  const wasm = await compiled
  return createSqlite({ instantiateWasm: (imports, use) => use(new WebAssembly.Instance(wasm, imports)) })
}

/** Blocks the event loop for as long as a statement takes. */
export function fileSql(directory: string): SqlPort {
  const journal = (path: string): string => `${path}-journal`

  async function pathOf(name: string): Promise<string> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return join(await realpath(directory), `${encodeURIComponent(name)}.db`)
  }
  async function openFiles(path: string): Promise<DatabaseFiles> {
    const files = { main: openFile(path), journal: openFile(journal(path)) }
    await syncDirectory(directory)
    return files
  }
  async function guarded<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      throw sqlError(error)
    }
  }

  return {
    open: (name: string, key: Uint8Array): Promise<SqlDatabase> =>
      guarded(async () => {
        const path = await pathOf(name)
        const release = await lock(path)
        try {
          return promised(openEngine(await nodeSqlite(), await openFiles(path), key), release)
        } catch (error) {
          await release()
          throw error
        }
      }),
    exists: (name: string): Promise<boolean> =>
      guarded(async () => {
        const found = await stat(await pathOf(name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return null
          throw error
        })
        return found !== null && found.size > 0
      }),
    remove: (name: string): Promise<void> =>
      guarded(async () => {
        const path = await pathOf(name)
        const release = await lock(path)
        try {
          await removeOwn(path)
          await removeOwn(journal(path))
        } finally {
          await release()
        }
      }),
  }
}
