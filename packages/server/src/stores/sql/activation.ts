import { type Kysely, sql } from 'kysely'
import type { DurableStore } from '../../store.ts'
import { insertRow, keepRepeat, step } from './rows.ts'
import { activationColumns, type Database } from './schema.ts'

type Acts = Pick<DurableStore, 'addActivation' | 'takeActivationTry' | 'redeemActivation'>

export function activationActs(db: Kysely<Database>): Acts {
  return {
    async addActivation(activation, audit) {
      await db
        .with(
          'added',
          step(sql<{ codeId: string }>`${insertRow('activation', activation)} returning code_id`),
        )
        .with('noted', step(insertRow('audit', audit, 'added')))
        .selectFrom('added')
        .select('codeId')
        .execute()
    },

    async takeActivationTry(codeId, limit, now) {
      const taken = await db
        .updateTable('activation')
        .set((row) => ({ tries: row('tries', '+', 1) }))
        .where('codeId', '=', codeId)
        .where('usedAt', 'is', null)
        .where('expiresAt', '>', now)
        .where('tries', '<', limit)
        .returning(activationColumns)
        .executeTakeFirst()
      return taken ?? null
    },

    async redeemActivation(codeId, enrolment, repeat, audit) {
      const used = await db
        .with('used', (query) =>
          query
            .updateTable('activation')
            .set({ usedAt: enrolment.createdAt })
            .where('codeId', '=', codeId)
            .where('usedAt', 'is', null)
            .where('expiresAt', '>', enrolment.createdAt)
            .returning('codeId'),
        )
        .with('opened', step(insertRow('enrolment', enrolment, 'used')))
        .with('kept', step(keepRepeat(repeat, 'used')))
        .with('noted', step(insertRow('audit', audit, 'used')))
        .selectFrom('used')
        .select('codeId')
        .executeTakeFirst()
      return used !== undefined
    },
  }
}
