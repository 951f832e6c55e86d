import { type Kysely, sql } from 'kysely'
import type { DurableStore } from '../../store.ts'
import { insertRow, keepRepeat, step } from './rows.ts'
import { activationColumns, enrolmentColumns, type Database } from './schema.ts'

type Acts = Pick<
  DurableStore,
  | 'addActivation'
  | 'takeActivationTry'
  | 'redeemActivation'
  | 'findEnrolment'
  | 'takeOttTry'
  | 'completeEnrolment'
  | 'findRepeat'
>

export function enrolmentActs(db: Kysely<Database>): Acts {
  return {
    async addActivation(activation, audit) {
      await db
        .with('added', step(sql`${insertRow('activation', activation)} returning code_id`))
        .with('noted', step(insertRow('audit', audit, 'added')))
        .selectFrom('added')
        .selectAll()
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

    async findEnrolment(id, now) {
      const found = await db
        .selectFrom('enrolment')
        .select(enrolmentColumns)
        .where('id', '=', id)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      return found ?? null
    },

    async takeOttTry(user, limit, windowMs, now) {
      if (limit < 1) return false
      const ended = sql<boolean>`ott_window.ends_at <= ${now}`
      const taken = await db
        .insertInto('ottWindow')
        .values({ user, endsAt: now + windowMs, tries: 1 })
        .onConflict((conflict) =>
          conflict
            .column('user')
            .doUpdateSet({
              endsAt: sql`case when ${ended} then excluded.ends_at else ott_window.ends_at end`,
              tries: sql`case when ${ended} then 1 else ott_window.tries + 1 end`,
            })
            .where((row) => row.or([ended, row('ottWindow.tries', '<', limit)])),
        )
        .returning('tries')
        .executeTakeFirst()
      return taken !== undefined
    },

    completeEnrolment(id, device, maxDevices, repeat, audit) {
      return db.transaction().execute(async (tx) => {
        // All completions of one user queue here, so the count below stays true until the commit.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`holdfast.user:${device.user}`}, 0))`.execute(
          tx,
        )
        const { open, owned } = await tx
          .selectNoFrom((query) => [
            query
              .exists(
                query
                  .selectFrom('enrolment')
                  .select('id')
                  .where('id', '=', id)
                  .where('user', '=', device.user)
                  .where('expiresAt', '>', device.createdAt),
              )
              .as('open'),
            query
              .selectFrom('device')
              .select((row) => row.fn.countAll<number>().as('count'))
              .where('user', '=', device.user)
              .where('revokedAt', 'is', null)
              .as('owned'),
          ])
          .executeTakeFirstOrThrow()
        if (!open) return 'gone'
        if ((owned ?? 0) >= maxDevices) return 'device_limit'
        const added = await tx
          .with(
            'added',
            step(
              sql<{
                id: string
              }>`${insertRow('device', device)} on conflict (key_thumbprint) do nothing returning id`,
            ),
          )
          .with('closed', (query) =>
            query
              .deleteFrom('enrolment')
              .where('id', '=', id)
              .where((row) => row.exists(row.selectFrom('added').select('added.id'))),
          )
          .with('cleared', (query) =>
            query
              .deleteFrom('ottWindow')
              .where('user', '=', device.user)
              .where((row) => row.exists(row.selectFrom('added').select('added.id'))),
          )
          .with('kept', step(keepRepeat(repeat, 'added')))
          .with('noted', step(insertRow('audit', audit, 'added')))
          .selectFrom('added')
          .select('id')
          .executeTakeFirst()
        return added ? 'completed' : 'key_known'
      })
    },

    async findRepeat(requestHash, now) {
      const found = await db
        .selectFrom('repeat')
        .select('sealedAnswer')
        .where('requestHash', '=', requestHash)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      return found?.sealedAnswer ?? null
    },
  }
}
