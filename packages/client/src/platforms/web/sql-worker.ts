/** One database, off the thread that draws: only here are files read and written at once. Orders are taken one after another. */
import { HoldfastError } from '@holdfast/core'
import createSqlite from '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs'
import { openEngine, type SqlEngine, sqlError } from '../sqlite/engine.ts'
import type { SyncFile } from '../sqlite/vfs.ts'
import { folderOf } from './opfs.ts'
import { journalOf, type SqlAnswer, type SqlOrder, type SqlRequest } from './sql.ts'

type Scope = {
  addEventListener(type: 'message', listener: (event: MessageEvent<SqlRequest>) => void): void
  postMessage(answer: SqlAnswer, transfer: []): void
}
const scope = globalThis as unknown as Scope

let engine: SqlEngine | null = null

/** Lent to one tab at a time; taken back from one that is closed, or dies. */
async function lend(folder: FileSystemDirectoryHandle, name: string): Promise<SyncFile> {
  const handle = (await folder.getFileHandle(name, { create: true })) as unknown as {
    createSyncAccessHandle(): Promise<SyncFile>
  }
  return handle.createSyncAccessHandle()
}

async function open({ folder, file, key }: Extract<SqlOrder, { act: 'open' }>): Promise<void> {
  const sqlite = await createSqlite({})
  const found = await folderOf(folder)
  const main = await lend(found, file)
  const journal = await lend(found, journalOf(file)).catch((error: unknown) => {
    main.close()
    throw error
  })
  engine = openEngine(sqlite, { main, journal }, key)
  key.fill(0)
}

async function obey(order: SqlOrder): Promise<unknown> {
  if (order.act === 'open') return open(order)
  if (engine === null) throw new HoldfastError('locked')
  switch (order.act) {
    case 'exec':
      return engine.exec(order.sql, order.parameters)
    case 'batch':
      return engine.batch(order.statements)
    case 'rekey':
      return engine.rekey(order.key)
    case 'close':
      return engine.close()
    default:
      throw new TypeError('no such order')
  }
}

async function answerTo({ id, order }: SqlRequest): Promise<SqlAnswer> {
  try {
    return { id, result: await obey(order) }
  } catch (error) {
    const meant = sqlError(error)
    return meant instanceof HoldfastError ? { id, code: meant.code } : { id, misuse: meant.message }
  }
}

scope.addEventListener(
  'message',
  ({ data }) => void answerTo(data).then((answer) => scope.postMessage(answer, [])),
)
