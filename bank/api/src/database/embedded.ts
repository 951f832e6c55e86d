import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { type Connections, isAnswered, type Opened, openOver, Outage, readAs } from './database.ts'
import { lockDirectory } from './directory-lock.ts'
import { migrate } from './migrations.ts'

/** PGlite: PostgreSQL inside this process, kept in `directory`, or in memory when that is undefined. One process only. */
export async function openEmbedded(directory: string | undefined): Promise<Opened> {
  const parsers = { ...readAs }
  if (directory === undefined) return openPglite(await PGlite.create({ parsers }))
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const unlock = await lockDirectory(directory)
  const { db, close } = await openPglite(await PGlite.create(directory, { parsers }))
  return {
    db,
    async close(): Promise<void> {
      await close()
      await unlock()
    },
  }
}

async function openPglite(pglite: PGlite): Promise<Opened> {
  const opened = openOver(oneAtATime(pglite))
  await migrate(opened.db)
  return opened
}

/** PGlite is one session: who holds it keeps it until his transaction is over, the others queue. */
function oneAtATime(pglite: PGlite): Connections {
  let last: Promise<void> = Promise.resolve()
  return {
    async connect() {
      const before = last
      let release = (): void => {}
      last = new Promise((resolve) => {
        release = resolve
      })
      await before
      return {
        async query(text, values) {
          const { rows, affectedRows = 0 } = await pglite.query(text, [...values]).catch(outageUnlessAnswered)
          return { rows, affected: affectedRows }
        },
        release,
      }
    },
    end: () => pglite.close(),
  }
}

function outageUnlessAnswered(error: unknown): never {
  if (isAnswered(error)) throw error
  throw new Outage('the database is closed', { cause: error })
}
