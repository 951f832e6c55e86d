/** kill -9 of the bank in a storm of transfers, again and again: the books balance, nothing is paid twice, and a key gets its answer. */
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Opened } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { audit, sound } from './books.ts'
import { databases, type Place } from './databases.ts'
import { filledBooks } from './filled-books.ts'
import { copyPrepared } from './prepared.ts'
import { type Commands, commands } from './process.ts'
import { storm } from './storm.ts'

const payments = 320
const longMs = 300_000

describe.each(databases)('kill -9 on $name', ({ name, skipped, create }) => {
  describe.skipIf(skipped)('in a storm of transfers', () => {
    let place: Place
    let run: Commands
    beforeAll(async () => {
      place = await create()
      run = commands()
      if (place.url === undefined) copyPrepared(await filledBooks(new Date()), run.data)
    })
    afterAll(async () => {
      await run.close()
      await place.drop()
    })
    const start = () => run.start(...(place.url === undefined ? [] : ['--database', place.url]))
    const reopen = (): Promise<Opened> =>
      place.url === undefined ? openEmbedded(join(run.data, 'books')) : place.open()
    // The embedded database takes seconds to open.
    const kills = name === 'PGlite' ? 3 : 8

    it(
      'pays each order once',
      async () => {
        const plan = { payments, senders: 16, answersEach: 30, kills, start }
        const { serving, heard, cut, again } = await storm(plan)
        // Else nobody was in the middle of anything when it died.
        expect(cut).toBeGreaterThan(kills)
        for (let i = 0; i < payments; i++) expect((await again(i))?.bytes.toString()).toBe(heard.get(i))
        expect(await serving.stop('SIGTERM')).toBe(0)

        const { db, close } = await reopen()
        expect(await audit(db)).toEqual(sound)
        const { rows } = await sql<{ reference: string }>`
          select reference from transaction where reference like 'storm %'`.execute(db)
        const all = Array.from({ length: payments }, (_, i) => `storm ${i}`)
        expect(rows.map(({ reference }) => reference).sort()).toEqual(all.sort())
        await close()
      },
      longMs,
    )
  })
})
