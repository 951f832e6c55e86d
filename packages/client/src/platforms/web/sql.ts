/** Encrypted SQL in the origin private file system, each database in a worker of its own: with the worker goes the memory that held the key. */
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import type { SqlDatabase, SqlPort, SqlRow, SqlValue } from '../../ports.ts'
import { attempt } from '../../vault-error.ts'
import { findFile, folderOf, removeFile } from './opfs.ts'

type Statement = readonly [sql: string, parameters?: readonly SqlValue[]]
export type SqlOrder =
  | { readonly act: 'open'; readonly folder: string; readonly file: string; readonly key: Uint8Array }
  | { readonly act: 'exec'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  | { readonly act: 'batch'; readonly statements: readonly Statement[] }
  | { readonly act: 'rekey'; readonly key: Uint8Array }
  | { readonly act: 'close' }
export type SqlRequest = { readonly id: number; readonly order: SqlOrder }
/** `misuse`: SQLite's words about the app's SQL. Other errors have their code alone. */
export type SqlAnswer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly code: ErrorCode }
  | { readonly misuse: string }
)

/** How long a worker may take to close its files before it is ended, in milliseconds; a journal is as good as a close. */
const closeMs = 2000

export const journalOf = (file: string): string => `${file}-journal`

type Channel = {
  /** Rejects with `vault_unavailable` when the worker cannot be started or died. */
  readonly send: (order: SqlOrder) => Promise<unknown>
  readonly end: () => void
}

function startWorker(): Channel {
  // Bundlers know this form, and it says where the worker lies beside this file.
  const worker = new Worker(new URL('./sql-worker.js', import.meta.url), { type: 'module' })
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  let dead = false

  worker.addEventListener('message', ({ data }: MessageEvent<SqlAnswer>) => {
    const call = waiting.get(data.id)
    waiting.delete(data.id)
    if ('result' in data) call?.resolve(data.result)
    else call?.reject('code' in data ? new HoldfastError(data.code) : new TypeError(data.misuse))
  })
  function end(): void {
    dead = true
    worker.terminate()
    for (const { reject } of waiting.values()) reject(new HoldfastError('vault_unavailable'))
    waiting.clear()
  }
  worker.addEventListener('error', end)
  return {
    send: (order) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(new HoldfastError('vault_unavailable'))
        const request: SqlRequest = { id: ++last, order }
        waiting.set(request.id, { resolve, reject })
        worker.postMessage(request, [])
      }),
    end,
  }
}

function databaseOf({ send, end }: Channel): SqlDatabase {
  let open = true
  async function order(what: SqlOrder): Promise<unknown> {
    if (!open) throw new HoldfastError('locked')
    return send(what)
  }
  return {
    exec: async (sql, parameters = []) => (await order({ act: 'exec', sql, parameters })) as SqlRow[],
    batch: async (statements) => (await order({ act: 'batch', statements })) as SqlRow[][],
    rekey: async (key) => void (await order({ act: 'rekey', key })),
    async close(): Promise<void> {
      if (!open) return
      const closing = order({ act: 'close' })
      open = false
      // Chromium never returns from a file that was cleared away under the worker.
      const timer = setTimeout(end, closeMs)
      // Whatever comes of it, the browser takes the files back from a worker that is ended.
      await closing.catch(() => undefined)
      clearTimeout(timer)
      end()
    },
  }
}

/** A database that another tab has open is `vault_unavailable`: the browser lends its file to one at a time. */
export function opfsSql(folder: string): SqlPort {
  const fileOf = (name: string): string => `${encodeURIComponent(name)}.db`
  return {
    async open(name: string, key: Uint8Array): Promise<SqlDatabase> {
      const channel = startWorker()
      try {
        await channel.send({ act: 'open', folder, file: fileOf(name), key })
        return databaseOf(channel)
      } catch (error) {
        channel.end()
        throw error
      }
    },
    exists: (name: string): Promise<boolean> =>
      attempt(async () => {
        const file = await findFile(await folderOf(folder), fileOf(name))
        return file !== null && (await file.getFile()).size > 0
      }),
    async remove(name: string): Promise<void> {
      const found = await attempt(() => folderOf(folder))
      await removeFile(found, fileOf(name))
      await removeFile(found, journalOf(fileOf(name)))
    },
  }
}
