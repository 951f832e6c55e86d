import { type Kysely, sql, type Transaction } from 'kysely'
import type { DurableStore } from '../../store.ts'
import { insertRow, step } from './rows.ts'
import type { Database } from './schema.ts'

type Acts = Pick<
  DurableStore,
  'addFirstOperator' | 'addOperator' | 'findOperator' | 'listOperators' | 'removeOperator'
>

export function operatorActs(db: Kysely<Database>): Acts {
  return {
    addFirstOperator(operator, audit) {
      return db.transaction().execute(async (tx) => {
        if ((await countLocked(tx)) > 0) return false
        await tx
          .with('added', step(insertRow('operator', operator)))
          .with('noted', step(insertRow('audit', audit)))
          .selectNoFrom(sql`true`.as('done'))
          .execute()
        return true
      })
    },

    async addOperator(operator, audit) {
      const added = await db
        .with(
          'added',
          step(
            sql<{ name: string }>`${insertRow('operator', operator)} on conflict do nothing returning name`,
          ),
        )
        .with('noted', step(insertRow('audit', audit, 'added')))
        .selectFrom('added')
        .select('name')
        .executeTakeFirst()
      return added !== undefined
    },

    async findOperator(name) {
      const found = await db
        .selectFrom('operator')
        .select(['name', 'secretDigest', 'createdAt'])
        .where('name', '=', name)
        .executeTakeFirst()
      return found ?? null
    },

    listOperators() {
      return db
        .selectFrom('operator')
        .select(['name', 'createdAt'])
        .orderBy('createdAt')
        .orderBy('name')
        .execute()
    },

    removeOperator(name, least, audit) {
      return db.transaction().execute(async (tx) => {
        if ((await countLocked(tx)) <= least) return false
        const removed = await tx
          .with('removed', (query) => query.deleteFrom('operator').where('name', '=', name).returning('name'))
          .with('noted', step(insertRow('audit', audit, 'removed')))
          .selectFrom('removed')
          .select('name')
          .executeTakeFirst()
        return removed !== undefined
      })
    },
  }
}

/** Keeps every other writer out until the commit, so that "the first" and "the last" stay true. */
async function countLocked(tx: Transaction<Database>): Promise<number> {
  await sql`lock table operator in share row exclusive mode`.execute(tx)
  const { count } = await tx
    .selectFrom('operator')
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}
