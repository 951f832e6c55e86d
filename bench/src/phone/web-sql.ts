/** The vault's SQLite without encryption in a page: the same port, and in its worker's place the one plain-sqlite.ts makes. */

import type { SqlDatabase, SqlPort } from '@holdfast/client'

const name = 'bench'

class PlainWorker extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(String(url).replace('sql-worker.js', 'plain-sql-worker.js'), options)
  }
}

async function open(sql: SqlPort): Promise<SqlDatabase> {
  const { Worker: own } = globalThis
  globalThis.Worker = PlainWorker
  try {
    return await sql.open(name, new Uint8Array(32))
  } finally {
    globalThis.Worker = own
  }
}

/** Plain for sure: anybody can read what the file is. `folder`: where the port keeps its databases. */
export async function openPlain(sql: SqlPort, folder: string): Promise<SqlDatabase> {
  const first = await open(sql)
  await first.exec('CREATE TABLE first (n INTEGER)')
  await first.close()
  const root = await navigator.storage.getDirectory()
  const handle = await (await root.getDirectoryHandle(folder)).getFileHandle(`${name}.db`)
  const head = await (await handle.getFile()).slice(0, 15).text()
  if (head !== 'SQLite format 3') throw new Error('the plain database is none')
  return open(sql)
}
