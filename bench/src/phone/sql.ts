/** The same work for each database: 10,000 rows in one transaction, reads by key, inserts that are durable one by one. */

import type { SqlStatement, VaultSql } from '@holdfast/client'
import { sizeOf } from './order.ts'
import type { Acts, PhoneOrder } from './order.ts'
import { createTimes, repeat, timed, timeEach } from './times.ts'

const rows = 10_000
/** 10,000 of them are 4 MB, twice what SQLite keeps in memory: reads have to decrypt. */
const note = 'x'.repeat(400)
/** Prime to every number of rows here, so it meets them all, and no two neighbours in a row. */
const stride = 7919

const insert = (id: number): SqlStatement => ['INSERT INTO payment VALUES (?, ?, ?)', [id, id * 17, note]]

async function emptied(database: VaultSql): Promise<void> {
  await database.exec('DROP TABLE IF EXISTS payment')
  await database.exec('CREATE TABLE payment (id INTEGER PRIMARY KEY, cents INTEGER, note TEXT)')
}

export function sqlActs(database: VaultSql): Acts {
  let filled = 0
  let last = rows

  async function insertAll(order: PhoneOrder) {
    const times = createTimes()
    const count = sizeOf(rows, order)
    const statements = Array.from({ length: count }, (_, id) => insert(id))
    await repeat(order.durationMs, async () => {
      await emptied(database)
      await timed(times, () => database.batch(statements), count)
    })
    filled = count
    return times.sample()
  }

  return {
    insert: insertAll,
    async read(order) {
      if (filled === 0) await insertAll({ ...order, durationMs: 0 })
      let turn = 0
      return timeEach(order.durationMs, async () => {
        const id = (turn++ * stride) % filled
        const [row] = await database.exec('SELECT cents FROM payment WHERE id = ?', [id])
        if (row?.['cents'] !== id * 17) throw new Error('another row was read')
      })
    },
    async commit(order) {
      if (filled === 0) await insertAll({ ...order, durationMs: 0 })
      return timeEach(order.durationMs, () => database.exec(...insert(++last)))
    },
  }
}
